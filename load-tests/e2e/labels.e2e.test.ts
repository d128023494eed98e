import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partitionOf } from '#libs/core';
import { BothDoors, type Message, type Wire } from './both-doors.ts';
import { DecisionsTopic, ofType } from './decisions-topic.ts';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

const PAYMENTS = 200;
const ACCOUNTS = 40;
const DRAINED_MS = 60_000;

let system: SystemUnderTest;
let doors: BothDoors;
let decisions: DecisionsTopic;

beforeAll(async () => {
  system = await startSystem('labels');
  doors = new BothDoors(system);
  decisions = new DecisionsTopic(system);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all([doors?.close(), decisions?.close()]);
  await system?.remove();
});

const startMs = Date.now() - 3_600_000;
const at = (second: number): string => new Date(startMs + second * 1_000).toISOString();

function payment(number: number, more: object = {}): Wire {
  return {
    transaction_id: `p-${number}`,
    account_id: `acct-${number % ACCOUNTS}`,
    occurred_at: at(number),
    amount_minor: 1_000 + number,
    currency: 'EUR',
    ...more,
  };
}

function label(number: number, value: 'fraud' | 'genuine', more: object = {}): Wire {
  return {
    account_id: `acct-${number % ACCOUNTS}`,
    transaction_id: `p-${number}`,
    event_type: 'authorization',
    label: value,
    source: 'analyst',
    reported_at: at(PAYMENTS + number),
    ...more,
  };
}

test('labels by both doors, twice, before and after their payments, while a worker is killed, each count once', async () => {
  const numbers = Array.from({ length: PAYMENTS }, (_, number) => number);
  const payments = numbers.map((number): Message => {
    return { path: '/v1/decisions', body: payment(number), doors: [number % 2 === 0 ? 'http' : 'kafka'] };
  });
  const labels = numbers.flatMap((number): Message[] => {
    const through: Message['doors'] =
      number % 7 === 0 ? ['kafka', 'http', 'kafka'] : [number % 3 === 0 ? 'http' : 'kafka'];
    const first: Message = {
      path: '/v1/labels',
      body: label(number, number % 4 === 0 ? 'fraud' : 'genuine'),
      doors: through,
    };
    const correction: Message = {
      ...first,
      body: label(number, 'genuine', { reported_at: at(2 * PAYMENTS + number) }),
      doors: ['kafka', 'kafka'],
    };
    return number % 5 === 0 ? [first, correction] : [first];
  });
  const invalid = [Buffer.from('{'), Buffer.from(JSON.stringify({ ...label(1, 'fraud'), label: 'perhaps' }))];
  const astray = label(2, 'fraud', { source: 'astray' });
  const alone = (messages: readonly Message[]): Message[][] => messages.map((message) => [message]);
  const sendBroken = async (): Promise<void> => {
    const { names, partitions } = system.topics;
    await doors.producer.send(
      names.labels,
      invalid.map((value) => ({ partition: 0, key: null, value, headers: {} })),
    );
    const partition = (partitionOf(astray.account_id, partitions) + 1) % partitions;
    await doors.producer.send(names.labels, [
      { partition, key: null, value: Buffer.from(JSON.stringify(astray)), headers: {} },
    ]);
  };
  const kill = async (): Promise<void> => {
    await sleep(500);
    await system.worker.kill('SIGKILL');
    await system.worker.start();
  };
  const early = labels.filter((_, index) => index % 3 === 0);
  const late = labels.filter((_, index) => index % 3 !== 0);
  const [statuses] = await Promise.all([
    doors.sendAll(alone(early)),
    doors.sendAll(alone(payments)),
    sendBroken(),
    kill(),
  ]);
  statuses.push(...(await doors.sendAll(alone(late))));

  const wanted = new Set([...labels.map(({ body }) => JSON.stringify(body)), JSON.stringify(astray)]);
  const events = await decisions.readUntil(
    (seen) =>
      ofType(seen, 'label.recorded').length >= wanted.size &&
      ofType(seen, 'decision.made').length >= PAYMENTS &&
      ofType(seen, 'transaction.rejected').length >= invalid.length,
    DRAINED_MS,
  );
  const recorded = ofType(events, 'label.recorded');
  const decided = ofType(events, 'decision.made');
  expect(recorded.map(({ label: { canonicalJson } }) => canonicalJson).toSorted()).toEqual([...wanted].toSorted());
  expect(new Set(decided.map(({ decision }) => decision.transaction.transactionId)).size).toBe(PAYMENTS);
  expect(decided).toHaveLength(PAYMENTS);
  // What came before its payment waited for it, and was found when that was decided.
  const waiting = recorded.filter(({ effect }) => effect === null).length;
  expect(waiting).toBeGreaterThan(0);
  expect(decided.flatMap(({ amended }) => amended)).toHaveLength(waiting);
  expect(new Set(statuses)).toEqual(new Set([200, 202]));
  const rejected = ofType(events, 'transaction.rejected');
  expect(rejected.map(({ reason }) => reason).toSorted()).toEqual(['invalid_label', 'malformed']);
  expect(new Set(rejected.map(({ original }) => original.topic))).toEqual(new Set([system.topics.names.labels]));
  const { output } = await system.ops(['audit', '--json']);
  expect(JSON.parse(output)).toMatchObject({ ok: true, found: [] });
});

test('what issuers did, by either door and twice, is recorded once, as events of their own type', async () => {
  const before = decisions.events.length;
  const said = ['approved', 'challenged', 'declined'].map((value, number): Message => {
    const body = label(number, 'fraud', { label: value, source: 'issuer' });
    return { path: '/v1/labels', body, doors: number === 0 ? ['http', 'kafka', 'http'] : ['http', 'kafka'] };
  });
  expect(await doors.sendAll([said], 1)).toEqual([202, 200, 202, 202]);
  const events = await decisions.readUntil((seen) => ofType(seen, 'outcome.recorded').length >= 3, DRAINED_MS);
  const removing = ofType(events, 'outcome.recorded').map(
    ({ label: said, effect }) => `${said.label} ${effect?.removedMinor}`,
  );
  expect(removing.toSorted()).toEqual(['approved 0', 'challenged 0', 'declined 1002']);
  expect(events).toHaveLength(before + 3);
  const { output } = await system.ops(['audit', '--json']);
  expect(JSON.parse(output)).toMatchObject({ ok: true, found: [] });
});

test('reversals, refunds and observed payments change the state once, by either door, and get no decision', async () => {
  const before = decisions.events.length;
  const takingBack = (number: number, event_type: 'reversal' | 'refund', original: number): Wire =>
    payment(number, { transaction_id: `b-${number}`, event_type, original_transaction_id: `p-${original}` });
  const last = PAYMENTS - 1;
  const again = PAYMENTS * 3;
  const messages: Message[] = [
    { path: '/v1/decisions', body: takingBack(last, 'reversal', last), doors: ['http', 'kafka', 'http'] },
    { path: '/v1/decisions', body: takingBack(last - 1, 'refund', last - 1), doors: ['kafka', 'http', 'kafka'] },
    {
      path: '/v1/decisions',
      body: payment(again, { transaction_id: 'o-1' }),
      doors: ['kafka', 'kafka'],
      headers: { 'holdfast-observe': '1' },
    },
  ];
  expect(await doors.sendAll([messages], 1)).toEqual([200, 200, 200]);
  const events = await decisions.readUntil((seen) => ofType(seen, 'transaction.recorded').length >= 3, DRAINED_MS);
  const recorded = ofType(events, 'transaction.recorded');
  expect(
    recorded.map(({ cause, effect }) => `${cause} ${effect === null ? 'about nothing' : 'matched'}`).toSorted(),
  ).toEqual(['observed about nothing', 'refund matched', 'reversal matched']);
  expect(events).toHaveLength(before + 3);
  const { output } = await system.ops(['audit', '--json']);
  expect(JSON.parse(output)).toMatchObject({ ok: true, found: [] });
});
