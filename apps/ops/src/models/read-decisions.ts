import { agreedTopics, FEATURE_SET, KafkaDecisionLog } from '#libs/adapters';
import { createEventCodec, topicNames } from '#libs/contracts';
import { type Decision, FEATURES, type Label, type LogEvent, LogFollower, type StopSignal } from '#libs/core';
import type { Config } from '#libs/platform';
import { readRange } from '../audit/read-range.ts';
import { kafkaSettings } from '../command-context.ts';
import { LabelTruth } from '../training/label-truth.ts';

/** Which decisions. */
export interface DecisionQuestion {
  /** Event time from which on decisions count. */
  readonly sinceMs: number;
  /** How long a fraud may take to be reported. */
  readonly labelDelayMs: number;
  readonly stopSignal: StopSignal;
  /** Called with the number of records that were read so far. */
  readonly onRecords: (records: number) => void;
}

/** A decision, and what is known of its transaction as of the newest one; null while that is not known. */
export interface KnownDecision {
  readonly decision: Decision;
  readonly isFraud: boolean | null;
}

const BATCH = 256;

/**
 * Reads `decisions.v1` by the rule, twice: first what is known of the transactions, then the decisions with this build's inputs, which are given to `take` in
 * batches. Resolves with how many had other inputs. Throws `Interrupted`, `UnusableTopics`, `TransientFault`.
 */
export async function readDecisions(
  config: Config,
  question: DecisionQuestion,
  take: (batch: readonly KnownDecision[]) => Promise<void>,
): Promise<number> {
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
    return await give(eventsOf(), { truth, sinceMs: question.sinceMs, take });
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

async function give(
  events: AsyncIterable<LogEvent>,
  work: { truth: LabelTruth; sinceMs: number; take: (batch: readonly KnownDecision[]) => Promise<void> },
): Promise<number> {
  const { truth, sinceMs, take } = work;
  let otherInputs = 0;
  let batch: KnownDecision[] = [];
  for await (const event of events) {
    if (event.type !== 'decision.made' || event.decision.transaction.eventTimeMs < sinceMs) continue;
    const { decision } = event;
    if (decision.featureSet !== FEATURE_SET || decision.vector.length !== FEATURES.length) {
      otherInputs += 1;
      continue;
    }
    const known = truth.of(decision.transaction);
    batch.push({ decision, isFraud: known === null ? null : known.label === 'fraud' });
    if (batch.length < BATCH) continue;
    await take(batch);
    batch = [];
  }
  if (batch.length > 0) await take(batch);
  return otherInputs;
}
