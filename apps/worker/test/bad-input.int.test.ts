import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeAccount, encodeAccount, FEATURE_INDEX, type LogEvent, type LogRecord } from '#libs/core';
import { INPUT_TOPIC, PartitionRig } from '#libs/testkit';
import { LABEL_TOPIC, partitionOf, startWorker, type WorkerUnderTest } from './worker-under-test.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 0, 10);

const at = (minute: number): string => new Date(START_MS + minute * MINUTE_MS).toISOString();
const wire = (id: string, minute: number, fields: object = {}): string =>
  JSON.stringify({ transaction_id: id, account_id: 'acct-1', occurred_at: at(minute), amount_minor: 1_000, currency: 'EUR', ...fields }); // prettier-ignore
const labelOf = (id: string, minute: number, fields: object = {}): string =>
  JSON.stringify({ account_id: 'acct-1', transaction_id: id, label: 'fraud', source: 'analyst', reported_at: at(minute), ...fields }); // prettier-ignore
/** An ordinary transaction with the JSON text of one field in place of its own. */
const withText = (field: string, text: string): string =>
  wire('spoiled', 0, { [field]: 'HERE' }).replace('"HERE"', text);

/** How an event reads in a test: what it decided or why it rejected. */
function fateOf(event: LogEvent): string {
  if (event.type === 'transaction.rejected') return [event.reason, event.field].filter(Boolean).join(' ');
  return event.type;
}

describe('input of an account that is bad, through the Kafka door', { timeout: 60_000 }, () => {
  let rig: PartitionRig;
  let under: WorkerUnderTest;
  const next = new Map<string, number>();
  beforeEach(async () => {
    next.clear();
    rig = await PartitionRig.start();
    under = await startWorker(rig);
    under.worker.assign([partitionOf(INPUT_TOPIC), partitionOf(LABEL_TOPIC)]);
    const isStarted = (): boolean => [INPUT_TOPIC, LABEL_TOPIC].every((topic) => under.consumer.starts.has(topic));
    await vi.waitUntil(isStarted, PATIENCE);
  });
  afterEach(async () => {
    await under.worker.stop();
    await rig.stop();
  });

  const events = (): LogEvent[] => rig.validEvents().map(({ event }) => event);

  /** What is published of these records, when all of them are applied. */
  async function fatesOf(values: readonly string[], topic = INPUT_TOPIC): Promise<LogEvent[]> {
    const before = events().length;
    const from = next.get(topic) ?? 0;
    const to = from + values.length;
    next.set(topic, to);
    const records = values.map((value, i): LogRecord => {
      return { offset: from + i, timestampMs: 0, key: null, value: Buffer.from(value), headers: {} };
    });
    const batch = { topic, partition: 0, from, to, records, highWatermark: to, isStale: () => false };
    expect((await under.worker.apply(batch)).next).toBe(to);
    const isPublished = async (): Promise<boolean> => {
      const { seq } = await rig.scoring.store.load(0, []);
      return events().length === seq;
    };
    await vi.waitUntil(isPublished, PATIENCE);
    return events().slice(before);
  }

  const rejectedBy = async (values: readonly string[], topic?: string): Promise<string[]> =>
    (await fatesOf(values, topic)).map(fateOf);

  async function stateOf(accountId: string): Promise<Uint8Array | null> {
    const [stored] = await rig.owner.store.loadAccounts(0, [accountId]);
    if (stored?.record === null || stored === undefined) return null;
    return encodeAccount(decodeAccount(stored.record, stored.version ?? 0), null);
  }

  /** The account's inputs of a decision, by name. */
  function inputOf(event: LogEvent | undefined, name: keyof typeof FEATURE_INDEX): number | undefined {
    return event?.type === 'decision.made' ? event.decision.vector[FEATURE_INDEX[name]] : undefined;
  }

  it('NaN and infinities are no numbers, however they are spelled: nothing of the account changes', async () => {
    await fatesOf([wire('t1', 0)]);
    const before = await stateOf('acct-1');
    const spelled = ['NaN', 'Infinity', '-Infinity', '"NaN"', 'null', '1e400', '-1e400'];
    const reasons = await rejectedBy(spelled.map((text) => withText('amount_minor', text)));
    expect(reasons).toEqual([...Array<string>(3).fill('malformed'), ...Array<string>(4).fill('invalid_transaction amount_minor')]); // prettier-ignore
    const places = ['1e400', '-1e400'].map((lat) => withText('location', `{"lat":${lat},"lon":0}`));
    expect(await rejectedBy(places)).toEqual(Array(2).fill('invalid_transaction location.lat'));
    expect(await stateOf('acct-1')).toEqual(before);
    await vi.waitUntil(() => rig.deadLetters.copied.length === spelled.length + places.length, PATIENCE);
  });

  it('absurd amounts are refused, and the largest and the least one count exactly', async () => {
    const absurd = ['1000000000001', '9007199254740993', '1e21', '-1', '0.5', '"1000"'];
    const refused = await rejectedBy(absurd.map((text) => withText('amount_minor', text)));
    expect(refused).toEqual(Array(absurd.length).fill('invalid_transaction amount_minor'));
    const [, , last] = await fatesOf([
      wire('t1', 0, { amount_minor: 10 ** 12 }),
      wire('t2', 1, { amount_minor: 0 }),
      wire('t3', 2),
    ]);
    expect(inputOf(last, 'acct_sum_1h')).toBe(Math.fround(Math.log1p(10 ** 10)));
    expect(inputOf(last, 'acct_cnt_1h')).toBe(2);
  });

  it('clocks far off, ahead or behind, are refused and empty no window', async () => {
    await fatesOf([wire('t1', 0)]);
    const far = { occurred_at: '9999-12-31T23:59:59.999Z' };
    const ahead = { occurred_at: new Date(Date.now() + 400 * DAY_MS).toISOString() };
    const behind = { occurred_at: '1970-01-01T00:00:00.000Z' };
    const refused = await rejectedBy([far, ahead, behind].map((time, i) => wire(`far-${i}`, 0, time)));
    expect(refused).toEqual(['from_the_future occurred_at', 'from_the_future occurred_at', 'too_late occurred_at']);
    expect(await rejectedBy([labelOf('t1', 0, { reported_at: far.occurred_at })], LABEL_TOPIC)).toEqual(['from_the_future reported_at']); // prettier-ignore
    const years = ['1969-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', '10000-01-01T00:00:00Z'];
    const unreadable = await rejectedBy(years.map((year) => wire('year', 0, { occurred_at: year })));
    expect(unreadable).toEqual(Array(3).fill('invalid_transaction occurred_at'));
    const [after] = await fatesOf([wire('t2', 1)]);
    expect(inputOf(after, 'acct_cnt_5m')).toBe(1);
  });

  it('ids that would collide after normalisation are refused, and those that only look alike are of different accounts', async () => {
    const colliding = [String.raw`"a\ud800"`, String.raw`"a\udfff"`, '"caf\u00e9"', '"cafe\u0301"', '"a "', '"\uff41"', '""', '7']; // prettier-ignore
    const refused = await rejectedBy(colliding.map((text) => withText('account_id', text)));
    expect(refused).toEqual(Array(colliding.length).fill('invalid_transaction account_id'));
    const alike = ['acct', 'ACCT', 'acct.', '0', '00'];
    const made = await fatesOf(alike.map((account_id) => wire('t1', 0, { account_id })));
    expect(made.map(fateOf)).toEqual(Array(alike.length).fill('decision.made'));
    expect(made.map((event) => inputOf(event, 'acct_cnt_1m'))).toEqual(Array(alike.length).fill(0));
    expect(await fatesOf(['t1', 'T1'].map((id) => wire(id, 0, { account_id: 'acct' })))).toHaveLength(1);
  });

  it('a whole day in reverse order is decided, none too late, and counts as the day in order', async () => {
    const MINUTES = Array.from({ length: 288 }, (_, i) => 24 * 60 - 5 * i);
    const reversed = MINUTES.map((minute) => wire(`t${minute}`, minute));
    const inOrder = MINUTES.toReversed().map((minute) => wire(`t${minute}`, minute, { account_id: 'acct-2' }));
    const fates = await rejectedBy([...reversed, ...inOrder]);
    expect(fates).toEqual(Array(2 * MINUTES.length).fill('decision.made'));
    const asked = ['acct-1', 'acct-2'].map((account_id) => wire('last', 24 * 60 + 1, { account_id }));
    const counts = (await fatesOf(asked)).map((event) => (['acct_cnt_1h', 'acct_cnt_24h', 'acct_sum_24h'] as const).map((name) => inputOf(event, name))); // prettier-ignore
    expect(counts[0]).toEqual(counts[1]);
    expect(counts[0]?.slice(0, 2)).toEqual([12, 288]);
  });

  it('a storm of labels takes bounded room, each counts at most once, and the account is scored after it', async () => {
    await fatesOf([wire('t1', 0)]);
    const storm = Array.from({ length: 400 }, (_, i) => labelOf('t1', i, { label: i % 2 === 0 ? 'fraud' : 'genuine' }));
    expect(await rejectedBy(storm, LABEL_TOPIC)).toEqual(Array(storm.length).fill('label.recorded'));
    const state = await stateOf('acct-1');
    expect(state?.length).toBeLessThan(12_000);
    const again = await rejectedBy(storm, LABEL_TOPIC);
    expect(new Set(again)).toEqual(new Set(['too_late reported_at']));
    expect(again).toHaveLength(storm.length - 256);
    expect(await stateOf('acct-1')).toEqual(state);
    const [after] = await fatesOf([wire('t2', 500)]);
    expect(inputOf(after, 'acct_fraud_cnt_60d')).toBe(0);
  });

  it('a label for a transaction that never was waits a week, then is a dead letter, and changes nothing', async () => {
    await fatesOf([wire('t1', 0)]);
    const [recorded] = await fatesOf([labelOf('never', 1)], LABEL_TOPIC);
    expect(recorded).toMatchObject({ type: 'label.recorded', effect: null });
    const [, after] = await fatesOf([wire('t2', 6 * 24 * 60), wire('t3', 8 * 24 * 60)]);
    await vi.waitUntil(() => rig.deadLetters.copied.length === 1, PATIENCE);
    expect(rig.deadLetters.copied).toMatchObject([{ reason: 'unknown_transaction', field: 'transaction_id' }]);
    expect(inputOf(after, 'acct_fraud_cnt_60d')).toBe(0);
    expect(await rejectedBy([wire('never', 8 * 24 * 60), wire('t4', 8 * 24 * 60)])).toHaveLength(2);
    expect(inputOf(events().at(-1), 'acct_fraud_cnt_60d')).toBe(0);
  });
});
