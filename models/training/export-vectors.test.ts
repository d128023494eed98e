import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_INDEX, FEATURES } from '#libs/core';
import { simulate } from '#libs/simulator';
import { afterAll, expect, test } from 'vitest';
import { exportVectors, featureSet } from './export-vectors.ts';
import { replayVectors } from './replay-vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const events = [...simulate({ seed: 8, accounts: 500, startMs: Date.UTC(2026, 2, 1), days: 10 })];
const write = (name: string) =>
  exportVectors(events, join(folder, name), { source: { seed: 8 }, onProgress: () => undefined });
const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file));

test('exports the vectors of the core and their labels, row by row', { timeout: 30_000 }, async () => {
  const set = await write('a');
  expect(set.rows).toBe(events.length);
  const bytes = read('a', 'vectors.f32');
  expect(bytes.length).toBe(events.length * FEATURES.length * 4);
  const wrong = [...replayVectors(events)].filter(({ vector }, row) =>
    vector.some((value, i) => !Object.is(value, bytes.readFloatLE((row * FEATURES.length + i) * 4))),
  );
  expect(wrong).toEqual([]);
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

test('a vector knows what was before the transaction, and not the transaction itself', () => {
  const seen = new Map<string, number>();
  for (const { event, vector } of replayVectors(events)) {
    const { account_id: account } = event.transaction;
    const before = seen.get(account) ?? 0;
    expect(vector[FEATURE_INDEX.acct_cnt_30d]).toBe(Math.min(before, 512));
    seen.set(account, before + 1);
  }
});
