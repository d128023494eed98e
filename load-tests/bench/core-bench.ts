import { loadChampion } from '#libs/adapters';
import { createEventCodec, createTransactionParser } from '#libs/contracts';
import {
  accountEventOf,
  type AccountState,
  type AccountEvent,
  computeVector,
  createHasher,
  DAY_MS,
  decide,
  decideTransaction,
  type Decision,
  decodeAccount,
  DEFAULT_POLICY,
  emptyAccount,
  encodeAccount,
  NO_ENTITIES,
  NO_ENTITY_MARKS,
  reduce,
  REDUCER_VERSION,
  rowCount,
  type Transaction,
} from '#libs/core';
import { simulate } from '#libs/simulator';
import { type BenchResult, measureCpu, measureCpuAsync, type Measured, round2 } from './measured-cpu.ts';

const BATCH = 64;
const BATCHES = 64;
const ROUNDS = 7;
const HISTORY_EVENTS = 100;
const SCALE = { rounds: ROUNDS, transactions: BATCH * BATCHES };
const PARAMETERS = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 };

/** What one transaction of a median account goes through, prepared so that each stage can be measured alone. */
interface Prepared {
  readonly bytes: Uint8Array;
  readonly transaction: Transaction;
  readonly event: AccountEvent;
  readonly record: Uint8Array;
  readonly state: AccountState;
}

const hasher = createHasher(new Uint8Array(16).fill(1));
const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });

/** The processor time of each stage of a decision, without Redis and Kafka. */
export async function benchCore(): Promise<BenchResult> {
  const prepared = prepare(SCALE.transactions);
  const recordBytes = prepared.map(({ record }) => record.length).toSorted((a, b) => a - b);
  const stages = await measureStages(prepared);
  return {
    bench: 'core',
    conditions: { historyEvents: HISTORY_EVENTS, batch: BATCH, rounds: ROUNDS },
    stages,
    figures: {
      totalCpuUsPerTransaction: round2(stages.reduce((sum, { cpuUsPerTransaction }) => sum + cpuUsPerTransaction, 0)),
      medianRecordBytes: recordBytes[recordBytes.length >> 1],
    },
  };
}

/** Transactions of simulated accounts, each on an account with as many events before it as a median account has in 60 days. */
function prepare(count: number): Prepared[] {
  const prepared: Prepared[] = [];
  const states = new Map<string, AccountState>();
  let seq = 0;
  for (const { transaction: wire } of simulate({ seed: 7, accounts: 60, startMs: Date.UTC(2026, 0, 1), days: 400 })) {
    const bytes = Buffer.from(JSON.stringify(wire));
    const parsed = parser.parse(bytes);
    if (!parsed.ok) throw new Error(`the simulator made an invalid transaction: ${JSON.stringify(parsed)}`);
    const { transaction } = parsed;
    const event = accountEventOf(transaction, hasher);
    const state = states.get(transaction.accountId) ?? emptyAccount();
    if (rowCount(state.events) >= HISTORY_EVENTS) {
      prepared.push({ bytes, transaction, event, state, record: encodeAccount(state, null) });
      states.delete(transaction.accountId);
      if (prepared.length === count) return prepared;
      continue;
    }
    seq += 1;
    const decided = { ...event, outcome: 'approve', riskScore: 100, seq } as const;
    states.set(transaction.accountId, reduce(state, decided, PARAMETERS).state);
  }
  return Array.from({ length: count }, (_, i) => prepared[i % prepared.length] as Prepared);
}

async function measureStages(prepared: readonly Prepared[]): Promise<Measured[]> {
  const model = await loadChampion({ registry: 'models/registry.json', directory: 'models', publicKeys: [] });
  const codec = createEventCodec();
  const vectors = prepared.map(({ state, event }) => computeVector(state, event, NO_ENTITIES));
  const width = (vectors[0] as Float32Array).length;
  const batches = Array.from({ length: BATCHES }, (_, batch) => {
    const flat = new Float32Array(BATCH * width);
    vectors.slice(batch * BATCH, (batch + 1) * BATCH).forEach((vector, row) => flat.set(vector, row * width));
    return flat;
  });
  const decisions = prepared.map(({ transaction }, i): Decision => {
    const vector = vectors[i] as Float32Array;
    const scored = { transaction, vector, entities: NO_ENTITY_MARKS, late: false, logTruncated: false, flaws: [] };
    const context = {
      policy: DEFAULT_POLICY,
      model: model.identity,
      featureSet: model.featureSet,
      nowMs: Date.UTC(2026, 6),
    };
    return decideTransaction(scored, { probability: 0.01, explanation: null }, context);
  });
  const each = (stage: string, work: (one: Prepared, i: number) => unknown): Measured =>
    measureCpu(stage, SCALE, () => prepared.forEach(work));
  const decided = (event: AccountEvent) => ({ ...event, outcome: 'approve', riskScore: 100, seq: 1e6 }) as const;
  return [
    each('parse, validate, canonicalise', ({ bytes }) => parser.parse(bytes)),
    each('hash identity and content', ({ transaction }) => accountEventOf(transaction, hasher)),
    // Together, as they happen: the state that was just read has room for the event.
    each('decode account, reduce', ({ record, event }) =>
      reduce(decodeAccount(record, 1e5), decided(event), PARAMETERS),
    ),
    each('features', ({ state, event }) => computeVector(state, event, NO_ENTITIES)),
    await measureCpuAsync('model, batches of 64', SCALE, async () => {
      for (const batch of batches) await model.score(batch, BATCH);
    }),
    each('decide', ({ transaction }) => decide({ ...transaction, probability: 0.01 }, DEFAULT_POLICY)),
    each('encode account', ({ state }) => encodeAccount(state, { base: 1e6, last: 1e6 + BATCH })),
    each('encode event', (_, i) =>
      codec.encode({
        type: 'decision.made',
        decision: decisions[i] as Decision,
        amended: [],
        expired: [],
        input: { topic: 'transactions.v1', next: i },
        reducer: PARAMETERS,
      }),
    ),
  ];
}
