import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  approvingModel,
  createHasher,
  DAY_MS,
  DEFAULT_POLICY,
  type Decision,
  FEATURES,
  OfflineScorer,
  REDUCER_VERSION,
} from '#libs/core';
import { coreLabelOf, type Known, simulate, transactionOf, withLabels } from '#libs/simulator';
import { type ComparedDecision, compareWithReplay } from '#libs/testkit';
import { BothDoors, type Message } from './both-doors.ts';
import { DecisionsTopic, ofType } from './decisions-topic.ts';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

/** `HOLDFAST_PARITY=10000` sends as many as the design asks for. */
const TRANSACTIONS = Number(process.env['HOLDFAST_PARITY'] ?? 2_000);
const PATIENCE = { timeout: 600_000 };
const STRETCH_MS = 2 * DAY_MS;
const SETTLED_MS = 120_000;
/** A replay hashes under this key: under the same one, marks of entities can be compared. */
const HASH_KEY = new Uint8Array(16);

let system: SystemUnderTest;
let doors: BothDoors;
let decisions: DecisionsTopic;

beforeAll(async () => {
  system = await startSystem('parity', { env: { HOLDFAST_HASH_KEY: Buffer.from(HASH_KEY).toString('hex') } });
  doors = new BothDoors(system);
  decisions = new DecisionsTopic(system);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all([doors?.close(), decisions?.close()]);
  await system?.remove();
});

/**
 * What is sent between two pauses. Labels come in every other night, all at once: so that no transaction of their accounts is under way beside them, over
 * the other topic, and the order of the files is the only one there can be.
 */
interface Stretch {
  readonly labels: Extract<Known, { kind: 'label' }>[];
  readonly transactions: Extract<Known, { kind: 'transaction' }>[];
}

function simulatedStretches(): Stretch[] {
  const startMs = Date.UTC(2025, 0, 6);
  const world = { seed: 21, accounts: Math.ceil(TRANSACTIONS / 70), startMs, days: 50 };
  const stretches: Stretch[] = [];
  const stretchAt = (index: number): Stretch => (stretches[index] ??= { labels: [], transactions: [] });
  let left = TRANSACTIONS;
  for (const known of withLabels(simulate(world), { seed: 21, confirmed: 0.2 })) {
    const index = Math.floor((known.atMs - startMs) / STRETCH_MS);
    if (known.kind === 'transaction') {
      if (left-- === 0) break;
      stretchAt(index).transactions.push(known);
      continue;
    }
    const atMs = startMs + (index + 1) * STRETCH_MS;
    const label = { ...known.label, reported_at: new Date(atMs).toISOString() };
    // The last word of a night counts.
    const { labels } = stretchAt(index + 1);
    const earlier = labels.findIndex(({ label: { transaction_id } }) => transaction_id === label.transaction_id);
    if (earlier !== -1) labels.splice(earlier, 1);
    labels.push({ kind: 'label', atMs, label });
  }
  return stretches.filter(({ transactions }) => transactions.length > 0);
}

/** Lists of messages that have to stay in order: those of each account, which goes by another door in the next stretch. */
function messagesOf(items: readonly Known[], stretch: number): Message[][] {
  const byAccount = Map.groupBy(items, (known) => bodyOf(known).account_id);
  return [...byAccount.values()].map((ofAccount, account) =>
    ofAccount.map((known) => ({
      path: known.kind === 'label' ? '/v1/labels' : '/v1/decisions',
      body: { ...bodyOf(known) },
      doors: [(account + stretch) % 2 === 0 ? 'http' : 'kafka'],
    })),
  );
}

const bodyOf = (known: Known) => (known.kind === 'label' ? known.label : known.event.transaction);

/** Sends and waits for what comes of it. */
async function sendThrough(items: readonly Known[], stretch: number): Promise<void> {
  const expected = decisions.events.length + items.length;
  const statuses = await doors.sendAll(messagesOf(items, stretch));
  expect(statuses.filter((status) => status !== 200 && status !== 202)).toEqual([]);
  await decisions.readUntil((events) => events.length >= expected, SETTLED_MS);
  expect(decisions.events).toHaveLength(expected);
}

/** What `ops replay` makes of the history, with the marks of the entities, which its files do not hold. */
async function replayed(history: readonly Known[]): Promise<ComparedDecision[]> {
  const write = async (kind: Known['kind']): Promise<string> => {
    const lines = history.filter((known) => known.kind === kind).map((known) => `${JSON.stringify(bodyOf(known))}\n`);
    await writeFile(join(system.dir, `${kind}s.ndjson`), lines.join(''));
    return join(system.dir, `${kind}s.ndjson`);
  };
  const out = join(system.dir, 'replayed');
  const files = ['--transactions', await write('transaction'), '--labels', await write('label')];
  const { exitCode, errors } = await system.ops(['replay', ...files, '--out', out]);
  expect({ exitCode, errors }).toMatchObject({ exitCode: 0 });
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(out, 'vectors.parquet')) });
  const inProcess = await decidedInProcess(history);
  expect(rows.map((row) => String(row['transaction_id']))).toEqual(inProcess.map(({ transaction }) => transaction.transactionId)); // prettier-ignore
  return rows.map((row, i) => ({
    ...(inProcess[i] as Decision),
    vector: Float32Array.from(FEATURES, ({ name }) => Number(row[name])),
    outcome: row['decision'] as Decision['outcome'],
    riskScore: Number(row['risk_score']),
  }));
}

async function decidedInProcess(history: readonly Known[]): Promise<Decision[]> {
  const model = approvingModel('');
  const reducer = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 };
  const scorer = new OfflineScorer({
    model,
    featureSet: model.featureSet,
    hasher: createHasher(HASH_KEY),
    policy: DEFAULT_POLICY,
    rules: { reducer, allowedLatenessMs: DAY_MS },
  });
  const results = await scorer.take(
    history.map((known) =>
      known.kind === 'label'
        ? { kind: 'label', label: coreLabelOf(known.label) }
        : { kind: 'transaction', transaction: transactionOf(known.event) },
    ),
  );
  return results.flatMap((result) => (result.kind === 'decided' ? [result.decision] : []));
}

test(
  'the running service computes what a replay of the same files does, transactions and labels by both doors',
  PATIENCE,
  async () => {
    const stretches = simulatedStretches();
    for (const [index, { labels, transactions }] of stretches.entries()) {
      await sendThrough(labels, index);
      await sendThrough(transactions, index);
    }
    const expected = await replayed(stretches.flatMap(({ labels, transactions }) => [...labels, ...transactions]));
    expect(expected).toHaveLength(TRANSACTIONS);
    const made = ofType(decisions.events, 'decision.made').map(({ decision }) => decision);
    const live = new Map(made.map((decision) => [decision.transaction.transactionId, decision]));
    const inOrder = expected.map(({ transaction }) => live.get(transaction.transactionId) as Decision);
    const { unexplained, current, stale } = compareWithReplay(inOrder, expected);
    expect(unexplained).toEqual([]);
    expect(current).toBeGreaterThan(stale);
    expect(inOrder.some(({ outcome }) => outcome === 'hold')).toBe(true);
    expect(ofType(decisions.events, 'label.recorded').filter(({ effect }) => effect !== null).length).toBeGreaterThan(
      100,
    );
  },
);
