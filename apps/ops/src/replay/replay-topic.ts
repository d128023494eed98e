import { agreedTopics, FEATURE_SET, KafkaDecisionLog } from '#libs/adapters';
import { createEventCodec, createLabelParser, createTransactionParser, topicNames } from '#libs/contracts';
import {
  createHasher,
  type DecisionLog,
  InvalidMessage,
  LogDiverged,
  type LogRecord,
  TransientFault,
  type Watermarks,
} from '#libs/core';
import type { Config } from '#libs/platform';
import { readRange } from '../audit/read-range.ts';
import { kafkaSettings } from '../command-context.ts';
import { CommandFailed, Interrupted } from '../failures.ts';
import { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { type LogReplayTools, PartitionReplay } from './partition-replay.ts';
import { INPUT_RULES } from './replay-files.ts';
import type { Replayed, ReplaySink } from './replayed.ts';
import { type ComparedVectors, VectorComparison } from './vector-comparison.ts';

/** What replaying a log came to. */
export interface ReplayedLog {
  readonly accounts: number;
  readonly ignored_log_records: number;
  /** Up to where each partition was replayed. */
  readonly partitions: readonly { readonly epoch: number; readonly seq: number; readonly next_offset: number }[];
  readonly vectors: ComparedVectors;
}

/**
 * Replays `decisions.v1` up to its end as of now, by the rule, and compares each recorded vector with the one that its account's state gives. Outcomes,
 * reducers and what is known of other entities are as recorded; only what accounts make of it is computed anew. One partition after the other: an
 * account is in one of them, so that only one partition's accounts are in memory. Throws `CommandFailed`, `Interrupted`, `UnusableTopics`, `TransientFault`.
 */
export async function replayTopic(config: Config, sink: ReplaySink, terminal: Terminal): Promise<ReplayedLog> {
  const kafka = kafkaSettings(config);
  const names = topicNames(config.kafka.topicPrefix);
  const { partitions: count } = await agreedTopics(kafka, config.kafka.topicPrefix);
  const log = new KafkaDecisionLog({ kafka, topic: names.decisions });
  const comparison = new VectorComparison(FEATURE_SET);
  const tools: LogReplayTools = {
    codec: createEventCodec(),
    hasher: createHasher(config.state.hashKey),
    transactions: createTransactionParser(INPUT_RULES),
    labels: createLabelParser(INPUT_RULES),
    labelsTopic: names.labels,
    comparison,
  };
  try {
    const marks = await Promise.all(Array.from({ length: count }, (_, partition) => log.watermarks(partition)));
    assertWhole(marks);
    const total = marks.reduce((sum, { high }) => sum + high, 0);
    const progress = new Progress(terminal, 'replay: log records', total);
    let read = 0;
    const replays: PartitionFacts[] = [];
    for (const [partition, { high }] of marks.entries()) {
      const replay = new PartitionReplay(partition, tools);
      const onRecords = (records: number): void => progress.update((read += records));
      await replayPartition(replay, { log, partition, to: high, sink, terminal, onRecords });
      const { accounts, ignoredRecords, position } = replay;
      replays.push({ accounts, ignoredRecords, ...position, next_offset: high });
    }
    progress.end();
    const sumOf = (of: (facts: PartitionFacts) => number): number => replays.reduce((sum, facts) => sum + of(facts), 0);
    return {
      accounts: sumOf(({ accounts }) => accounts),
      ignored_log_records: sumOf(({ ignoredRecords }) => ignoredRecords),
      partitions: replays.map(({ epoch, seq, next_offset }) => ({ epoch, seq, next_offset })),
      vectors: comparison.result,
    };
  } finally {
    await log.close();
  }
}

interface PartitionFacts {
  readonly accounts: number;
  readonly ignoredRecords: number;
  readonly epoch: number;
  readonly seq: number;
  readonly next_offset: number;
}

async function replayPartition(
  replay: PartitionReplay,
  work: {
    readonly log: DecisionLog;
    readonly partition: number;
    readonly to: number;
    readonly sink: ReplaySink;
    readonly terminal: Terminal;
    readonly onRecords: (records: number) => void;
  },
): Promise<void> {
  const { log, partition, to, sink, onRecords } = work;
  const { stopSignal } = work.terminal;
  for await (const { records } of readRange(log, partition, { from: 0, to, stopSignal })) {
    for (const record of records) {
      const replayed = accepted(replay, record, partition);
      if (replayed !== null) await sink.take(replayed);
    }
    onRecords(records.length);
    if (stopSignal.stopped) throw new Interrupted('Stopped; nothing was written.');
  }
}

function accepted(replay: PartitionReplay, record: LogRecord, partition: number): Replayed | null {
  try {
    return replay.accept(record);
  } catch (error) {
    const isKnown = [LogDiverged, InvalidMessage, TransientFault].some((type) => error instanceof type);
    if (!isKnown || !(error instanceof Error)) throw error;
    throw new CommandFailed(`Partition ${partition}, offset ${record.offset}: ${error.message}`);
  }
}

function assertWhole(marks: readonly Watermarks[]): void {
  const partition = marks.findIndex(({ low }) => low > 0);
  if (partition === -1) return;
  throw new CommandFailed(
    `Partition ${partition} of the decisions topic begins at offset ${marks[partition]?.low}: accounts cannot be made anew from what is left of it. Replay files instead (--transactions).`,
  );
}
