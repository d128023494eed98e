import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '#libs/core';
import { type CommandRun, runCommand } from '../../test/run-command.ts';

type Row = Record<string, unknown>;
type Json = Record<string, unknown>;

const ROUGH = '--accounts 60 --days 25 --duplicates 0.05 --disorder 0.1 --late 0.02 --conflicts 0.02 --poison 0.05';
const UNREADABLE = ['malformed', 'oversized', 'invalid_transaction', 'unsupported_event_type'];
let folder: string;
const inFolder = (name: string): string => join(folder, name);
const linesOf = async (name: string): Promise<Json[]> =>
  (await readFile(inFolder(name), 'latin1'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
const rowsOf = async (name: string): Promise<Row[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(inFolder(name)) });
const manifestOf = async (name: string): Promise<Json> =>
  JSON.parse(await readFile(inFolder(`${name}/manifest.json`), 'utf8')) as Json;

/** Replays files into a folder, without a model. */
async function replay(out: string, transactions: string, ...more: readonly string[]): Promise<CommandRun> {
  const files = ['--transactions', inFolder(transactions), '--out', inFolder(out)];
  return runCommand(['replay', '--no-model', '--json', ...files, ...more]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-replay-'));
  const files = ['--out', inFolder('in.ndjson'), '--labels', inFolder('labels.ndjson')];
  await runCommand(['simulate', ...files, ...ROUGH.split(' ')]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a replay with labels', () => {
  it('accounts for every line of both files, by what became of it', async () => {
    const labels = (await readFile(inFolder('labels.ndjson'), 'latin1')).trimEnd().split('\n');
    const unknown = labels[30]?.replace(/"transaction_id":"[^"]*"/, '"transaction_id":"never"');
    const rough = labels.toSpliced(31, 0, labels[30] as string, unknown as string, '{"label":"fraud"}', 'nonsense');
    await writeFile(inFolder('rough-labels.ndjson'), rough.join('\n'));
    const { code, out } = await replay('r', 'in.ndjson', '--labels', inFolder('rough-labels.ndjson'));
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { lines: number; decided: number; refused: Json; labels: Json };
    const { refused, labels: answers } = summary;
    const total = (counts: Json): number => Object.values(counts).reduce<number>((sum, n) => sum + Number(n), 0);
    expect(summary.decided + total(refused)).toBe(summary.lines);
    expect(total(answers)).toBe(rough.length);
    expect(answers).toMatchObject({ duplicate: 1, invalid_label: 1, malformed: 1 });
    expect(await linesOf('r/decisions.ndjson')).toHaveLength(summary.lines);
    const rows = await rowsOf('r/labels.parquet');
    expect(rows.map(({ line }) => Number(line))).toEqual(rough.map((_, i) => i + 1));
    const answered = rows.slice(30, 34).map(({ answer }) => answer);
    expect(answered).toEqual(['matched', 'duplicate', 'pending', 'invalid_label']);
    expect(rows[34]).toMatchObject({ answer: 'malformed', account_id: null, reported_at: null });
    const said = JSON.parse(rough[0] as string) as Json;
    const { label, account_id, transaction_id, source } = said;
    expect(rows[0]).toMatchObject({ label, account_id, transaction_id, source, label_before: null });
    expect((rows[0]!['reported_at'] as Date).toISOString()).toBe(said['reported_at']);
    const manifest = await manifestOf('r');
    expect(manifest).toMatchObject(summary);
    const files = Object.keys(manifest['sha256'] as Json);
    expect(files).toEqual(['vectors.parquet', 'decisions.ndjson', 'labels.parquet']);
  });

  it('says from which vector on each label was known, and what it changed', async () => {
    await replay('known', 'in.ndjson', '--labels', inFolder('labels.ndjson'));
    const vectors = await rowsOf('known/vectors.parquet');
    const texts = (await readFile(inFolder('in.ndjson'), 'latin1')).trimEnd().split('\n');
    const newest: number[] = [];
    for (const [i, { refused }] of (await linesOf('known/decisions.ndjson')).entries()) {
      const isRead = !UNREADABLE.includes(String(refused));
      const timeMs = isRead ? Date.parse(String((JSON.parse(texts[i] as string) as Json)['occurred_at'])) : 0;
      newest.push(Math.max(newest.at(-1) ?? 0, timeMs));
    }
    const rows = await rowsOf('known/labels.parquet');
    const last = new Map<string, unknown>();
    let corrections = 0;
    for (const { row, reported_at: at, account_id, transaction_id, label, label_before, label_after, answer } of rows) {
      const firstLine = newest.findIndex((timeMs) => timeMs >= (at as Date).getTime());
      const firstVector = vectors.findIndex(({ line }) => firstLine !== -1 && Number(line) > firstLine);
      expect(Number(row)).toBe(firstVector === -1 ? vectors.length : firstVector);
      const transaction = `${String(account_id)}/${String(transaction_id)}`;
      if (answer !== 'matched') continue;
      expect([label_before, label_after]).toEqual([last.get(transaction) ?? null, label]);
      if (last.has(transaction)) corrections += 1;
      last.set(transaction, label);
    }
    expect(corrections).toBeGreaterThan(0);
  });

  it('has the same vectors up to the first vector that knows a label, whatever that one says', async () => {
    const labels = (await readFile(inFolder('labels.ndjson'), 'latin1')).trimEnd().split('\n');
    const half = labels.length >> 1;
    const turned = labels.map((line, i) => {
      if (i < half) return line;
      return line.includes('"fraud"') ? line.replace('"fraud"', '"genuine"') : line.replace('"genuine"', '"fraud"');
    });
    await writeFile(inFolder('turned.ndjson'), turned.join('\n'));
    await replay('turned', 'in.ndjson', '--labels', inFolder('turned.ndjson'));
    const first = Number((await rowsOf('known/labels.parquet'))[half]?.['row']);
    const [as, turnedAs] = [await rowsOf('known/vectors.parquet'), await rowsOf('turned/vectors.parquet')];
    expect(turnedAs.slice(0, first)).toEqual(as.slice(0, first));
    expect(first).toBeGreaterThan(100);
    const changed = as.findIndex((row, i) => FEATURES.some(({ name }) => !Object.is(row[name], turnedAs[i]?.[name])));
    expect(changed).toBeGreaterThanOrEqual(first);
  });

  it('gives the same bytes again, and keeps no file when it fails', async () => {
    const again = await replay('again', 'in.ndjson', '--labels', inFolder('labels.ndjson'));
    expect((JSON.parse(again.out) as Json)['sha256']).toEqual((await manifestOf('known'))['sha256']);
    const labels = (await readFile(inFolder('labels.ndjson'), 'latin1')).trimEnd().split('\n');
    await writeFile(inFolder('unsorted.ndjson'), labels.toSpliced(5, 0, labels.at(-1) as string).join('\n'));
    const { code, out, err } = await replay('failed', 'in.ndjson', '--labels', inFolder('unsorted.ndjson'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/unsorted\.ndjson, line 7: reported at .*Sort the file by reported_at/);
    for (const name of ['vectors.parquet', 'decisions.ndjson', 'labels.parquet']) {
      expect([name, `${name}.part`].filter((file) => existsSync(inFolder(`failed/${file}`)))).toEqual([]);
    }
  });
});

describe('a replay that only observes at first', () => {
  it('gives the later transactions the vectors that they have after decided ones', async () => {
    await runCommand(['simulate', '--out', inFolder('clean.ndjson'), '--accounts', '60', '--days', '25']);
    await replay('decided', 'clean.ndjson');
    const { out } = await replay('observed', 'clean.ndjson', '--observe-before', '2026-01-15');
    // Of holds there are none among what was observed: features that read them differ, rightly.
    const ofHolds = FEATURES.map(({ name }) => name).filter((name) => name.includes('held'));
    const comparable = (rows: Row[]): Row[] =>
      rows.map((row) => ({ ...row, row: 0, ...Object.fromEntries(ofHolds.map((name) => [name, 0])) }));
    const decided = await rowsOf('decided/vectors.parquet');
    const since = decided.filter(({ occurred_at: at }) => (at as Date).getTime() >= Date.UTC(2026, 0, 15));
    expect(comparable(await rowsOf('observed/vectors.parquet'))).toEqual(comparable(since));
    const { recorded } = JSON.parse(out) as { recorded: Json };
    const lines = await linesOf('observed/decisions.ndjson');
    expect(lines.filter((line) => line['recorded'] === 'observed')).toHaveLength(recorded['observed'] as number);
    expect(recorded['observed']).toBeGreaterThan(300);
  });
});
