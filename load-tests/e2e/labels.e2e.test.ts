import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaDecisionLog, KafkaProducer } from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import { type LogEvent, LogFollower, type LogRecord, partitionOf } from '#libs/core';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

const PAYMENTS = 200;
const ACCOUNTS = 40;
const DRAINED_MS = 60_000;

let system: SystemUnderTest;
let producer: KafkaProducer;

beforeAll(async () => {
  system = await startSystem('labels');
  producer = new KafkaProducer({ kafka: { brokers: system.kafkaBrokers.split(','), clientId: 'e2e' } });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await producer?.close();
  await system?.remove();
});

type Wire = Readonly<Record<string, unknown>> & { readonly account_id: string };

/** One message, by which doors it goes. */
interface Message {
  readonly path: '/v1/decisions' | '/v1/labels';
  readonly body: Wire;
  readonly doors: readonly ('http' | 'kafka')[];
  readonly headers?: Readonly<Record<string, string>>;
}

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

/** Sends one message through its doors, by HTTP until there is a final answer; gives the statuses of HTTP. */
async function send({ path, body, doors, headers = {} }: Message): Promise<number[]> {
  const { topics, httpUrl, apiKey } = system;
  const statuses: number[] = [];
  for (const door of doors) {
    if (door === 'kafka') {
      const topic = path === '/v1/labels' ? topics.names.labels : topics.names.transactions;
      const partition = partitionOf(body.account_id, topics.partitions);
      const record = {
        partition,
        key: Buffer.from(body.account_id),
        value: Buffer.from(JSON.stringify(body)),
        headers,
      };
      await producer.send(topic, [record]);
      continue;
    }
    for (;;) {
      const response = await fetch(httpUrl + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', prefer: 'ack=log' },
        body: JSON.stringify(body),
      }).catch(() => null);
      if (response !== null && response.status !== 503) {
        statuses.push(response.status);
        break;
      }
      await sleep(200);
    }
  }
  return statuses;
}

/** Sends messages, `width` at a time. */
async function sendAll(messages: readonly Message[], width = 16): Promise<number[]> {
  const waiting = [...messages];
  const statuses: number[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) statuses.push(...(await send(next)));
  };
  await Promise.all(Array.from({ length: width }, work));
  return statuses;
}

/** The records of a topic, partition by partition. */
async function recordsOf(topic: string): Promise<LogRecord[][]> {
  const log = new KafkaDecisionLog({ kafka: { brokers: system.kafkaBrokers.split(','), clientId: 'e2e' }, topic });
  try {
    return await Promise.all(
      Array.from({ length: system.topics.partitions }, async (_, partition) => {
        const { low, high } = await log.watermarks(partition);
        const all: LogRecord[] = [];
        for (let from = low; from < high;) {
          const { records, nextOffset } = await log.read(partition, from, { maxBytes: 1_000_000, maxWaitMs: 100 });
          all.push(...records);
          from = nextOffset;
        }
        return all;
      }),
    );
  } finally {
    await log.close();
  }
}

/** The valid events of the decisions topic. */
async function validEvents(): Promise<LogEvent[]> {
  const codec = createEventCodec();
  const partitions = await recordsOf(system.topics.names.decisions);
  return partitions.flatMap((records) => {
    const follower = new LogFollower();
    return records.flatMap((record) => (follower.accept(record).kind === 'event' ? [codec.decode(record)] : []));
  });
}

/** The valid events once `enough` holds of them. */
async function eventsOnce(enough: (events: readonly LogEvent[]) => boolean): Promise<LogEvent[]> {
  const deadline = Date.now() + DRAINED_MS;
  for (;;) {
    const events = await validEvents();
    if (enough(events) || Date.now() > deadline) return events;
    await sleep(500);
  }
}

const ofType = <T extends LogEvent['type']>(events: readonly LogEvent[], type: T) =>
  events.filter((event): event is Extract<LogEvent, { type: T }> => event.type === type);

test('labels by both doors, twice, before and after their payments, while a worker is killed, each count once', async () => {
  const numbers = Array.from({ length: PAYMENTS }, (_, number) => number);
  const payments = numbers.map((number): Message => {
    return { path: '/v1/decisions', body: payment(number), doors: [number % 2 === 0 ? 'http' : 'kafka'] };
  });
  const labels = numbers.flatMap((number): Message[] => {
    const doors: Message['doors'] =
      number % 7 === 0 ? ['kafka', 'http', 'kafka'] : [number % 3 === 0 ? 'http' : 'kafka'];
    const first: Message = { path: '/v1/labels', body: label(number, number % 4 === 0 ? 'fraud' : 'genuine'), doors };
    const correction: Message = {
      ...first,
      body: label(number, 'genuine', { reported_at: at(2 * PAYMENTS + number) }),
      doors: ['kafka', 'kafka'],
    };
    return number % 5 === 0 ? [first, correction] : [first];
  });
  const invalid = [Buffer.from('{'), Buffer.from(JSON.stringify({ ...label(1, 'fraud'), label: 'perhaps' }))];
  const astray = label(2, 'fraud', { source: 'astray' });
  const sendBroken = async (): Promise<void> => {
    const { names, partitions } = system.topics;
    await producer.send(
      names.labels,
      invalid.map((value) => ({ partition: 0, key: null, value, headers: {} })),
    );
    const partition = (partitionOf(astray.account_id, partitions) + 1) % partitions;
    await producer.send(names.labels, [
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
  const [statuses] = await Promise.all([sendAll(early), sendAll(payments), sendBroken(), kill()]);
  statuses.push(...(await sendAll(late)));

  const wanted = new Set([...labels.map(({ body }) => JSON.stringify(body)), JSON.stringify(astray)]);
  const events = await eventsOnce(
    (seen) =>
      ofType(seen, 'label.recorded').length >= wanted.size &&
      ofType(seen, 'decision.made').length >= PAYMENTS &&
      ofType(seen, 'transaction.rejected').length >= invalid.length,
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

test('reversals, refunds and observed payments change the state once, by either door, and get no decision', async () => {
  const before = await validEvents();
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
  expect(await sendAll(messages, 1)).toEqual([200, 200, 200]);
  const events = await eventsOnce((seen) => ofType(seen, 'transaction.recorded').length >= 3);
  const recorded = ofType(events, 'transaction.recorded');
  expect(
    recorded.map(({ cause, effect }) => `${cause} ${effect === null ? 'about nothing' : 'matched'}`).toSorted(),
  ).toEqual(['observed about nothing', 'refund matched', 'reversal matched']);
  expect(events).toHaveLength(before.length + 3);
  const { output } = await system.ops(['audit', '--json']);
  expect(JSON.parse(output)).toMatchObject({ ok: true, found: [] });
});
