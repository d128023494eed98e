import { agreedTopics, FEATURE_SET, KafkaDecisionLog } from '#libs/adapters';
import { createEventCodec, topicNames } from '#libs/contracts';
import {
  type Decision,
  FEATURES,
  type Label,
  type LogEvent,
  LogFollower,
  type Model,
  type StopSignal,
} from '#libs/core';
import type { Config } from '#libs/platform';
import { readRange } from '../audit/read-range.ts';
import { kafkaSettings } from '../command-context.ts';
import { LabelTruth } from '../training/label-truth.ts';
import type { ComparedDecision } from './model-comparison.ts';

/** Which decisions, and who scores them. */
export interface DecisionQuestion {
  readonly champion: Model;
  readonly challenger: Model;
  /** Event time from which on decisions count. */
  readonly sinceMs: number;
  /** How long a fraud may take to be reported. */
  readonly labelDelayMs: number;
  readonly stopSignal: StopSignal;
  /** Called with the number of records that were read so far. */
  readonly onRecords: (records: number) => void;
}

/** The decisions of a log, as two models score their vectors. */
export interface ReadDecisions {
  readonly rows: readonly ComparedDecision[];
  /** Decisions of another feature set, which neither can score. */
  readonly otherFeatures: number;
}

const BATCH = 256;

/**
 * Reads `decisions.v1` by the rule, twice: first what is known of the transactions, then their vectors, which both models score. Memory follows the number of
 * decisions. Throws `Interrupted`, `UnusableTopics`, `TransientFault`.
 */
export async function readDecisions(config: Config, question: DecisionQuestion): Promise<ReadDecisions> {
  const kafka = kafkaSettings(config);
  const { partitions } = await agreedTopics(kafka, config.kafka.topicPrefix);
  const log = new KafkaDecisionLog({ kafka, topic: topicNames(config.kafka.topicPrefix).decisions });
  try {
    const marks = await Promise.all(Array.from({ length: partitions }, (_, partition) => log.watermarks(partition)));
    let read = 0;
    const eventsOf = async function* (): AsyncGenerator<LogEvent> {
      for (const [partition, { low, high }] of marks.entries()) {
        const range = { from: low, to: high, stopSignal: question.stopSignal };
        const follower = new LogFollower();
        for await (const { records } of readRange(log, partition, range)) {
          question.onRecords((read += records.length));
          for (const record of records) {
            if (follower.accept(record).kind === 'event') yield codec.decode(record);
          }
        }
      }
    };
    const codec = createEventCodec();
    const truth = await readTruth(eventsOf(), question.labelDelayMs);
    return await scored(eventsOf(), truth, question);
  } finally {
    await log.close();
  }
}

/** As of the newest decision. */
async function readTruth(events: AsyncIterable<LogEvent>, delayMs: number): Promise<LabelTruth> {
  const labels: Label[] = [];
  let asOfMs = -Infinity;
  for await (const event of events) {
    if (event.type === 'decision.made') asOfMs = Math.max(asOfMs, event.decision.transaction.eventTimeMs);
    if (event.type === 'label.recorded') labels.push(event.label);
  }
  return LabelTruth.of(labels, { asOfMs, delayMs });
}

async function scored(
  events: AsyncIterable<LogEvent>,
  truth: LabelTruth,
  { champion, challenger, sinceMs }: DecisionQuestion,
): Promise<ReadDecisions> {
  const rows: ComparedDecision[] = [];
  let otherFeatures = 0;
  let waiting: Decision[] = [];
  const flush = async (): Promise<void> => {
    const decisions = waiting;
    waiting = [];
    const vectors = new Float32Array(decisions.length * FEATURES.length);
    decisions.forEach(({ vector }, row) => vectors.set(vector, row * FEATURES.length));
    const byChampion = await champion.score(vectors, decisions.length);
    const byChallenger = await challenger.score(vectors, decisions.length);
    for (const [row, { transaction }] of decisions.entries()) {
      const { accountId, transactionId, amountMinor, currency } = transaction;
      const known = truth.of(transaction);
      rows.push({
        accountId,
        transactionId,
        amountMinor,
        currency,
        champion: byChampion[row] as number,
        challenger: byChallenger[row] as number,
        isFraud: known === null ? null : known.label === 'fraud',
      });
    }
  };
  for await (const event of events) {
    if (event.type !== 'decision.made' || event.decision.transaction.eventTimeMs < sinceMs) continue;
    if (event.decision.featureSet !== FEATURE_SET || event.decision.vector.length !== FEATURES.length) {
      otherFeatures += 1;
      continue;
    }
    waiting.push(event.decision);
    if (waiting.length === BATCH) await flush();
  }
  if (waiting.length > 0) await flush();
  return { rows, otherFeatures };
}
