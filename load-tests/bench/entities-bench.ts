import {
  DAY_MS,
  decodeEntity,
  emptyEntity,
  encodeEntity,
  ENTITY_FEATURES,
  ENTITY_KINDS,
  ENTITY_PARAMETERS,
  HOUR_MS,
  MINUTE_MS,
  reduceEntity,
  writeEntityFeatures,
  type EntityChange,
  type EntityKeys,
  type EntityKind,
  type EntityState,
  type EntityViews,
} from '#libs/core';
import { type BenchResult, measureCpu, type Measured, round2 } from './measured-cpu.ts';

const UPDATES = 4096;
const SCALE = { rounds: 7, transactions: UPDATES };
const END_MS = Date.UTC(2026, 5, 1);
const KEYS: EntityKeys = {
  card: { high: 1, low: 1 },
  terminal: { high: 1, low: 2 },
  device: { high: 1, low: 3 },
  ip: { high: 1, low: 4 },
  beneficiary: { high: 1, low: 5 },
};
/** Transactions that an entity of each kind usually has behind it, evenly over 45 days. */
const TYPICAL: Readonly<Record<EntityKind, number>> = { card: 45, terminal: 45, device: 30, ip: 60, beneficiary: 10 };

/** The processor time of an entity's update, and of the features that are read from entities, without Redis and Kafka. */
export async function benchEntities(): Promise<BenchResult> {
  const typical = statesOf((kind) => evenly(45 * DAY_MS, TYPICAL[kind]));
  // One in 30 % of a thousand transactions a second for the last hour, and busy for 45 days: everything is at its bound.
  const hot = statesOf(() => [...evenly(45 * DAY_MS, 6500), ...evenly(HOUR_MS, 18_000)].sort((a, b) => a - b));
  const next = changeAt(END_MS + 3, 77_777);
  const label = labelOf(changeAt(END_MS - 3 * DAY_MS, 12));
  const stages = ENTITY_KINDS.flatMap((kind) => [
    updates(`update a typical ${kind}`, typical[kind], next),
    updates(`update a hot ${kind}`, hot[kind], next),
  ]);
  stages.push(
    updates('label at a typical terminal', typical.terminal, label),
    updates('label at a hot terminal', hot.terminal, label),
    repeated('read five typical entities', () => ENTITY_KINDS.map((kind) => decodeEntity(kind, typical[kind]))),
    repeated('read five hot entities', () => ENTITY_KINDS.map((kind) => decodeEntity(kind, hot[kind]))),
    features('features of typical entities', typical),
    features('features of hot entities', hot),
    inMemory('apply to a hot terminal in memory', decodeEntity('terminal', hot.terminal)),
  );
  const slowest = Math.max(...stages.filter(({ stage }) => stage.startsWith('update')).map((one) => one.cpuUsPerTransaction)); // prettier-ignore
  return {
    bench: 'entities',
    conditions: { typical: TYPICAL, ...SCALE },
    stages,
    figures: {
      updatesPerSecondOfTheSlowest: Math.floor(1e6 / slowest),
      typicalRecordBytes: lengthsOf(typical),
      hotRecordBytes: lengthsOf(hot),
      slowestUs: round2(slowest),
    },
  };
}

/** Reading a record, one change, writing it, as for the updater when every change concerns another entity. */
function updates(stage: string, record: Uint8Array, change: EntityChange): Measured {
  const kind = ENTITY_KINDS[record[2] as number] as EntityKind;
  return repeated(stage, () =>
    encodeEntity(reduceEntity(decodeEntity(kind, record), { change, role: 'subject' }, ENTITY_PARAMETERS)),
  );
}

function features(stage: string, records: Records): Measured {
  const view = (kind: EntityKind): EntityState => decodeEntity(kind, records[kind]);
  const views: EntityViews = {
    card: view('card'),
    terminal: view('terminal'),
    device: view('device'),
    ip: view('ip'),
    beneficiary: view('beneficiary'),
  };
  const asked = { eventTimeMs: END_MS + 1, amountMinor: 1234, currency: 'EUR', entities: KEYS };
  const vector = new Float32Array(ENTITY_FEATURES.length);
  return repeated(stage, () => {
    writeEntityFeatures(vector, views, asked);
  });
}

/** As in a batch of which every change concerns the same entity. */
function inMemory(stage: string, start: EntityState): Measured {
  let state = start;
  let timeMs = END_MS;
  return repeated(stage, () => {
    timeMs += 3;
    state = reduceEntity(state, { change: changeAt(timeMs, timeMs % 5000), role: 'subject' }, ENTITY_PARAMETERS);
  });
}

function repeated(stage: string, work: () => unknown): Measured {
  return measureCpu(stage, SCALE, () => {
    for (let i = 0; i < UPDATES; i++) work();
  });
}

type Records = Readonly<Record<EntityKind, Uint8Array>>;

/** One record a kind, of transactions at these times; one in fifty is known to be fraud, one in five genuine. */
function statesOf(timesOf: (kind: EntityKind) => readonly number[]): Records {
  const recordOf = (kind: EntityKind): Uint8Array => {
    let state = emptyEntity(kind);
    const apply = (change: EntityChange): void => {
      state = reduceEntity(state, { change, role: 'subject' }, ENTITY_PARAMETERS);
    };
    for (const [i, timeMs] of timesOf(kind).entries()) {
      const made = changeAt(timeMs, i);
      apply(made);
      if (i % 5 === 0) apply(labelOf(made));
    }
    return encodeEntity(state);
  };
  return {
    card: recordOf('card'),
    terminal: recordOf('terminal'),
    device: recordOf('device'),
    ip: recordOf('ip'),
    beneficiary: recordOf('beneficiary'),
  };
}

type TransactionChange = Extract<EntityChange, { type: 'transaction' }>;

function changeAt(eventTimeMs: number, i: number): TransactionChange {
  return {
    type: 'transaction',
    identity: { high: i, low: Math.imul(i + 1, 0x9e3779b1) >>> 0 },
    eventTimeMs,
    amountMinor: 500 + (Math.imul(i, 7919) & 0xffff),
    currency: 'EUR',
    account: { high: Math.imul(i % 3000, 0x85ebca6b) >>> 0, low: i % 3000 },
    entities: { ...KEYS, card: null },
  };
}

function labelOf(made: TransactionChange): EntityChange {
  const { identity, eventTimeMs, amountMinor, currency, account, entities } = made;
  const kind = identity.high % 50 === 0 ? 'fraud' : 'genuine';
  const said = { removedMinor: 0, labelBefore: null, labelAfter: kind } as const;
  return {
    type: 'amendment',
    identity,
    target: identity,
    kind,
    timeMs: eventTimeMs + MINUTE_MS,
    account,
    effect: { eventTimeMs, amountMinor, currency, entities, ...said },
  };
}

function evenly(spanMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => END_MS - Math.floor((spanMs * (count - i)) / count));
}

function lengthsOf(records: Records): Record<string, number> {
  return Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, records[kind].length]));
}
