import { describe, expect, it } from 'vitest';
import { FEATURE_SET } from '#libs/adapters';
import { createEventCodec, createLabelParser, createTransactionParser } from '#libs/contracts';
import {
  createHasher,
  DAY_MS,
  DEFAULT_POLICY,
  eventRecord,
  FEATURE_INDEX,
  type HistoryItem,
  type LogEvent,
  type LogRecord,
  type NewLogRecord,
  OfflineScorer,
  openRecord,
  type PlannedItem,
  REDUCER_VERSION,
} from '#libs/core';
import { coreLabelOf, simulate, transactionOf, withLabels } from '#libs/simulator';
import { PartitionReplay } from './partition-replay.ts';
import type { Replayed } from './replayed.ts';
import { ACCOUNT_INPUTS, VectorComparison } from './vector-comparison.ts';

const RULES = { unknownFields: 'ignore', refuseCardNumbers: true } as const;
const reducer = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 64 };
const hasher = createHasher(new Uint8Array(16));
const codec = createEventCodec();
const labels = createLabelParser(RULES);
const start = Date.UTC(2026, 0, 1);

const history: readonly HistoryItem[] = [
  ...withLabels(simulate({ seed: 3, accounts: 12, startMs: start, days: 40 }), { seed: 3, confirmed: 0.3 }),
].map((known, i): HistoryItem => {
  if (known.kind === 'transaction') {
    return { kind: 'transaction', transaction: transactionOf(known.event), observeOnly: i < 40 };
  }
  return { kind: 'label', label: coreLabelOf(known.label) };
});

/** The log that a service makes of the history, without refusals. */
const events: readonly LogEvent[] = await (async () => {
  const rules = { reducer, allowedLatenessMs: DAY_MS };
  const scorer = new OfflineScorer({ model: null, featureSet: FEATURE_SET, hasher, policy: DEFAULT_POLICY, rules });
  const planned = await scorer.take(history);
  return history.flatMap((item, i): LogEvent[] => {
    const event = logEventOf(item, planned[i] as PlannedItem);
    return event === null ? [] : [event];
  });
})();

function logEventOf(item: HistoryItem, planned: PlannedItem): LogEvent | null {
  const facts = { input: null, reducer, recordedAtMs: start };
  if (planned.kind === 'decided') {
    const { decision, amended, expired } = planned;
    return { type: 'decision.made', decision, amended, expired, ...facts };
  }
  if (planned.kind !== 'recorded') return null;
  const { effect, amended, expired } = planned;
  if (item.kind === 'label') return { type: 'label.recorded', label: item.label, effect, expired, ...facts };
  return { type: 'transaction.recorded', transaction: item.transaction, cause: 'observed', effect, amended, expired, ...facts }; // prettier-ignore
}

/** The events as they lie in a log, behind an OPEN. */
function logOf(made: readonly LogEvent[]): NewLogRecord[] {
  const open = { epoch: 1, base: 0, nonce: 'n', protocolVersion: 1, table: [{ epoch: 1, base: 0 }], claim: null };
  return [openRecord(open), ...made.map((event, i) => eventRecord(codec.encode(event), { epoch: 1, seq: i + 1 }, null))]; // prettier-ignore
}

function replayed(records: readonly NewLogRecord[], featureSet = FEATURE_SET) {
  const comparison = new VectorComparison(featureSet);
  const transactions = createTransactionParser(RULES);
  const replay = new PartitionReplay(7, { codec, hasher, transactions, labels, labelsTopic: 'labels.v1', comparison });
  const results = records.map((record, offset) => replay.accept({ ...record, offset, timestampMs: 0 } as LogRecord));
  const made = results.filter((result): result is Replayed => result !== null);
  return { made, replay, compared: comparison.result };
}

describe('a replay of a log', () => {
  it('makes the vector of every decision again, to the last bit, after labels and observed history', () => {
    const { made, compared, replay } = replayed(logOf(events));
    const decided = events.filter(({ type }) => type === 'decision.made').length;
    expect(compared).toEqual({ equal: decided, different: 0, not_compared: 0, differences: [] });
    expect(decided).toBeGreaterThan(500);
    expect(made.map(({ place }) => place)).toEqual(events.map((_, i) => [7, i + 1]));
    expect(replay).toMatchObject({ accounts: 12, ignoredRecords: 0, position: { epoch: 1, seq: events.length } });
    const kinds = new Set(made.map((one) => (one.kind === 'label' ? `label ${one.answer}` : one.kind)));
    expect(kinds).toEqual(new Set(['recorded', 'decided', 'label matched']));
    const vectors = made.flatMap((one) => (one.kind === 'decided' ? [one.vector] : []));
    const recorded = events.flatMap((event) => (event.type === 'decision.made' ? [event.decision.vector] : []));
    expect(vectors).toEqual(recorded);
  });

  it('says which input of an account differs at which seq, and passes over those of other entities', () => {
    const at = events.findLastIndex(({ type }) => type === 'decision.made');
    const forged = events.map((event, i) => {
      if (i !== at || event.type !== 'decision.made') return event;
      const vector = event.decision.vector.slice();
      vector[FEATURE_INDEX.acct_cnt_7d]! += 1;
      for (const place of vector.keys()) if (!ACCOUNT_INPUTS.includes(place)) vector[place] = -17;
      return { ...event, decision: { ...event.decision, vector } };
    });
    const { made, compared } = replayed(logOf(forged));
    const { decision } = events[at] as Extract<LogEvent, { type: 'decision.made' }>;
    const { transactionId, accountId } = decision.transaction;
    const right = decision.vector[FEATURE_INDEX.acct_cnt_7d] as number;
    expect(compared).toMatchObject({ different: 1, not_compared: 0 });
    expect(compared.differences).toEqual([
      {
        partition: 7,
        seq: at + 1,
        account_id: accountId,
        transaction_id: transactionId,
        inputs: [{ feature: 'acct_cnt_7d', recorded: right + 1, recomputed: right }],
      },
    ]);
    const result = made.find(({ place }) => place[1] === at + 1);
    const vector = (result as Extract<Replayed, { kind: 'decided' }>).vector as Float32Array;
    expect(ACCOUNT_INPUTS.every((place) => Object.is(vector[place], decision.vector[place]))).toBe(true);
    expect(vector.every((value, place) => ACCOUNT_INPUTS.includes(place) || value === -17)).toBe(true);
  });

  it('differs when what had been observed is left out', () => {
    const without = events.filter(({ type }) => type !== 'transaction.recorded');
    expect(replayed(logOf(without)).compared.different).toBeGreaterThan(10);
  });

  it('follows the rule: records of zombies and retries are nothing', () => {
    const log = logOf(events.slice(0, 200));
    const rough = log.flatMap((record, i) => (i % 7 === 3 ? [record, record, log[1] as NewLogRecord] : [record]));
    const { made, replay } = replayed(rough);
    expect(made).toEqual(replayed(log).made);
    expect(replay.ignoredRecords).toBe(rough.length - log.length);
  });

  it('compares no vector of another feature set, and gives none for it', () => {
    const { made, compared } = replayed(logOf(events.slice(0, 60)), 'another');
    expect(compared).toMatchObject({ equal: 0, different: 0 });
    expect(compared.not_compared).toBeGreaterThan(10);
    expect(made.some((one) => one.kind === 'decided' && one.vector !== null)).toBe(false);
  });

  it('tells rejected labels from rejected transactions by the topic that they came on', () => {
    const value = Buffer.from(JSON.stringify({ account_id: 'a' }));
    const rejected = (topic: string): LogEvent => ({
      type: 'transaction.rejected',
      reason: 'too_late',
      field: 'reported_at',
      detail: '',
      original: { topic, partition: 7, offset: 1, key: null, value },
      input: { topic, next: 2 },
      rejectedAtMs: start,
    });
    expect(replayed(logOf([rejected('labels.v1'), rejected('transactions.v1')])).made).toEqual([
      { kind: 'label', place: [7, 1], label: null, answer: 'too_late', effect: null, expired: 0 },
      { kind: 'refused', place: [7, 2], reason: 'too_late', field: 'reported_at', transaction: null },
    ]);
  });
});
