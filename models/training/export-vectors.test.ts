import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_INDEX, FEATURES } from '#libs/core';
import { simulate, withLabels } from '#libs/simulator';
import { afterAll, expect, test } from 'vitest';
import { exportVectors, featureSet } from './export-vectors.ts';
import { APPROVING, replay } from './replay.ts';

const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const events = [...simulate({ seed: 8, accounts: 500, startMs: Date.UTC(2026, 2, 1), days: 10 })];
const history = [...withLabels(events, { seed: 8 })];
const write = (name: string) =>
  exportVectors(history, join(folder, name), { source: { seed: 8 }, onProgress: () => undefined });
const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file));

test('exports the vectors of the core and their labels, row by row', { timeout: 30_000 }, async () => {
  const set = await write('a');
  expect(set.rows).toBe(events.length);
  const bytes = read('a', 'vectors.f32');
  expect(bytes.length).toBe(events.length * FEATURES.length * 4);
  let row = 0;
  for await (const { decision } of replay(history, APPROVING)) {
    const exported = bytes.subarray(row * FEATURES.length * 4, (row + 1) * FEATURES.length * 4);
    expect(exported.equals(Buffer.from(decision.vector.buffer))).toBe(true);
    row += 1;
  }
  const lines = read('a', 'rows.csv').toString().trimEnd().split('\n').slice(1);
  expect(lines).toEqual(
    events.map(({ transaction: t, label, eventTimeMs }) =>
      [t.transaction_id, eventTimeMs, label.fraud ? 1 : 0, label.scenario ?? '', t.amount_minor, t.currency].join(','),
    ),
  );
  expect(JSON.parse(read('a', 'manifest.json').toString())).toMatchObject({
    features: FEATURES.map(({ name }) => name),
    feature_set: featureSet,
    rows: events.length,
    frauds: set.frauds,
    vectors_sha256: set.vectorsSha256,
    source: { seed: 8 },
  });
});

test('exports the same bytes again', { timeout: 30_000 }, async () => {
  await write('b');
  await write('c');
  for (const file of ['vectors.f32', 'rows.csv', 'manifest.json'])
    expect(read('b', file).equals(read('c', file))).toBe(true);
});

test('a vector knows what was before the transaction, and not the transaction itself', async () => {
  const seen = new Map<string, number>();
  for await (const { event, decision } of replay(history, APPROVING)) {
    const { account_id: account } = event.transaction;
    const before = seen.get(account) ?? 0;
    expect(decision.vector[FEATURE_INDEX.acct_cnt_30d]).toBe(Math.min(before, 512));
    seen.set(account, before + 1);
  }
});
