import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, FEATURES } from '#libs/core';
import { type CommandRun, runCommand } from '../../test/run-command.ts';

type Row = Record<string, unknown>;
type Said = Readonly<Record<'account_id' | 'transaction_id' | 'label' | 'reported_at', string>>;

const FEATURE_NAMES = FEATURES.map(({ name }) => name);
const NO_HOLDS = new Set(FEATURE_NAMES.filter((name) => name.includes('held')));
let folder: string;
let said: Said[];
let vectors: Row[];

const inFolder = (name: string): string => join(folder, name);
const rowsOf = async (name: string): Promise<Row[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(inFolder(name)) });
const keyOf = ({ account_id: account, transaction_id: id }: Row | Said): string => `${String(account)}/${String(id)}`;
const timeOf = ({ occurred_at: at }: Row): number => (at as Date).getTime();

async function exported(name: string, ...more: readonly string[]): Promise<CommandRun> {
  const files = ['--transactions', inFolder('in.ndjson'), '--labels', inFolder('labels.ndjson')];
  const range = ['--from', '2026-01-10', '--to', '2026-01-25T12:00:00Z'];
  return runCommand(['export-training-set', '--json', '--no-model', ...files, ...range, '--out', inFolder(name), ...more]); // prettier-ignore
}

/** Rows that a set is to have, by what the labels' file says. */
function expectedRows({ asOfMs, delayMs }: { asOfMs: number; delayMs: number }): Row[] {
  const fromMs = Date.UTC(2026, 0, 10);
  const toMs = Date.UTC(2026, 0, 25, 12);
  return vectors.flatMap((vector): Row[] => {
    if (timeOf(vector) < fromMs || timeOf(vector) >= toMs) return [];
    const known = said.filter((one) => keyOf(one) === keyOf(vector) && Date.parse(one.reported_at) <= asOfMs).at(-1);
    const { row, transaction_id, account_id, occurred_at } = vector;
    const subject = { row, transaction_id, account_id, occurred_at };
    if (known !== undefined) return [{ ...subject, label: known.label, labelled_at: new Date(known.reported_at) }];
    const isOld = timeOf(vector) < asOfMs - delayMs;
    return isOld ? [{ ...subject, label: 'genuine', labelled_at: null }] : [];
  });
}

const withoutFeatures = (rows: readonly Row[]): Row[] =>
  rows.map(({ row, transaction_id, account_id, occurred_at, label, labelled_at }) => ({
    row,
    transaction_id,
    account_id,
    occurred_at,
    label,
    labelled_at,
  }));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-training-'));
  const files = ['--out', inFolder('in.ndjson'), '--labels', inFolder('labels.ndjson')];
  const rough = '--accounts 80 --days 30 --seed 5 --duplicates 0.05 --disorder 0.1 --late 0.02 --poison 0.02';
  await runCommand(['simulate', ...files, ...rough.split(' ')]);
  const text = await readFile(inFolder('labels.ndjson'), 'latin1');
  said = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Said); // prettier-ignore
  const replayed = ['--transactions', inFolder('in.ndjson'), '--labels', inFolder('labels.ndjson')];
  await runCommand(['replay', '--no-model', ...replayed, '--out', inFolder('replayed')]);
  vectors = await rowsOf('replayed/vectors.parquet');
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('a training set', { timeout: 60_000 }, () => {
  it('has the vectors of the range as a replay has them, labelled by what was known when the labels end', async () => {
    const { code, out } = await exported('all.parquet');
    const rows = await rowsOf('all.parquet');
    const asOfMs = Date.parse((said.at(-1) as Said).reported_at);
    expect(withoutFeatures(rows)).toEqual(expectedRows({ asOfMs, delayMs: 7 * DAY_MS }));
    const names = FEATURE_NAMES.filter((name) => !NO_HOLDS.has(name));
    const wrong = rows.filter((row) =>
      names.some((name) => !Object.is(row[name], vectors[Number(row['row'])]?.[name])),
    );
    expect(wrong).toEqual([]);
    for (const name of NO_HOLDS) expect(new Set(rows.map((row) => row[name]))).toEqual(new Set([0]));
    expect(new Set(rows.map(({ weight }) => weight))).toEqual(new Set([1]));
    const counts = JSON.parse(out) as { rows: number; frauds: number; genuine: Row; left_out: Row };
    const labelOf = (label: string, isSaid: boolean): number =>
      rows.filter((row) => row['label'] === label && (row['labelled_at'] !== null) === isSaid).length;
    expect(counts).toMatchObject({
      rows: rows.length,
      frauds: labelOf('fraud', true),
      genuine: { labelled: labelOf('genuine', true), by_delay: labelOf('genuine', false) },
      left_out: { outside_range: vectors.length - rows.length, not_known_yet: 0, not_sampled: 0 },
    });
    expect({ code, enough: counts.frauds > 10 }).toEqual({ code: 0, enough: true });
    const manifest = JSON.parse(await readFile(inFolder('all.parquet.manifest.json'), 'utf8')) as Row;
    expect(manifest).toMatchObject({ ...counts, features: FEATURE_NAMES, from: '2026-01-10T00:00:00.000Z' });
    expect(manifest['as_of']).toBe((said.at(-1) as Said).reported_at);
    const replay = manifest['replay'] as { lines: number; decided: number; refused: Readonly<Record<string, number>> };
    const refused = Object.values(replay.refused).reduce((sum, count) => sum + count, 0);
    expect(replay.decided + refused).toBe(replay.lines);
    expect(replay.decided).toBe(vectors.length);
  });

  it('knows no label that was reported after --as-of, and leaves out what nobody could judge by then', async () => {
    const { out } = await exported('early.parquet', '--as-of', '2026-01-20', '--label-delay', '3d');
    const asOfMs = Date.UTC(2026, 0, 20);
    const rows = await rowsOf('early.parquet');
    expect(withoutFeatures(rows)).toEqual(expectedRows({ asOfMs, delayMs: 3 * DAY_MS }));
    const inRange = vectors.filter((row) => timeOf(row) >= Date.UTC(2026, 0, 10) && timeOf(row) < Date.UTC(2026, 0, 25, 12)); // prettier-ignore
    const { left_out: leftOut } = JSON.parse(out) as { left_out: Row };
    expect(leftOut['not_known_yet']).toBe(inRange.length - rows.length);
    expect(rows.length).toBeLessThan(0.8 * inRange.length);
    const late = (await rowsOf('all.parquet')).map(({ row, label }) => [row, label] as const);
    const corrected = rows.filter(({ row, label }) => late.some(([other, then]) => other === row && then !== label));
    expect(corrected.length).toBeGreaterThan(0);
  });

  it('keeps every fraud and a share of the genuine, by seed and identity alone', async () => {
    const all = await rowsOf('all.parquet');
    const [some, fewer, others] = [['0.5', '1'], ['0.2', '1'], ['0.5', '2']] as const; // prettier-ignore
    const kept = async ([rate, seed]: readonly [string, string]): Promise<Row[]> => {
      const name = `kept-${rate}-${seed}.parquet`;
      await exported(name, '--negatives', rate, '--seed', seed);
      return rowsOf(name);
    };
    const [ofSome, ofFewer, ofOthers] = [await kept(some), await kept(fewer), await kept(others)];
    const keys = (rows: Row[], label?: string): string[] =>
      rows.filter((row) => label === undefined || row['label'] === label).map(keyOf);
    const frauds = keys(all, 'fraud');
    for (const rows of [ofSome, ofFewer, ofOthers]) expect(keys(rows, 'fraud')).toEqual(frauds);
    expect(new Set(ofFewer.map(({ label, weight }) => `${String(label)} ${String(weight)}`))).toEqual(
      new Set(['fraud 1', 'genuine 5']),
    );
    const genuine = keys(all, 'genuine').length;
    expect(keys(ofSome, 'genuine').length / genuine).toBeCloseTo(0.5, 1);
    expect(keys(ofFewer, 'genuine').length / genuine).toBeCloseTo(0.2, 1);
    const inSome = new Set(keys(ofSome));
    expect(keys(ofFewer).filter((key) => !inSome.has(key))).toEqual([]);
    expect(keys(ofOthers).filter((key) => !inSome.has(key)).length).toBeGreaterThan(0.2 * genuine);
    const manifest = JSON.parse(await readFile(inFolder('kept-0.2-1.parquet.manifest.json'), 'utf8')) as Row;
    expect(manifest['negatives']).toEqual({ rate: 0.2, seed: 1, margin_to_add: Math.log(0.2) });
    const again = await exported('again.parquet', '--negatives', '0.2');
    expect((JSON.parse(again.out) as Row)['sha256']).toBe(manifest['sha256']);
  });

  it('has what the issuer did with a transaction beside the label, which it is none of', async () => {
    const [first, second] = (await rowsOf('all.parquet')).filter(({ labelled_at: at }) => at === null) as [Row, Row];
    const end = (said.at(-1) as Said).reported_at;
    const outcomes = [[first, 'challenged'], [second, 'declined'], [first, 'approved'], [second, 'approved']] as const; // prettier-ignore
    const lines = outcomes.map(([{ account_id, transaction_id }, label]) =>
      JSON.stringify({ account_id, transaction_id, label, source: 'issuer', reported_at: end }),
    );
    const before = await readFile(inFolder('labels.ndjson'), 'latin1');
    await writeFile(inFolder('outcomes.ndjson'), [before.trimEnd(), ...lines].join('\n'));
    await exported('outcomes.parquet', '--labels', inFolder('outcomes.ndjson'));
    const rows = await rowsOf('outcomes.parquet');
    expect(withoutFeatures(rows)).toEqual(withoutFeatures(await rowsOf('all.parquet')));
    const told = rows.flatMap((row) => (row['issuer_outcome'] === null ? [] : [[keyOf(row), row['issuer_outcome']]]));
    expect(told).toEqual([[keyOf(first), 'approved'], [keyOf(second), 'declined']]); // prettier-ignore
  });

  it('keeps a transaction whatever else the history holds', async () => {
    const lines = (await readFile(inFolder('in.ndjson'), 'latin1')).split('\n');
    await writeFile(
      inFolder('half.ndjson'),
      lines.filter((line) => /"account_id":"acct-\d*[02468]"/.test(line)).join('\n'),
    );
    await exported('half.parquet', '--negatives', '0.2', '--transactions', inFolder('half.ndjson'));
    const even = (await rowsOf('kept-0.2-1.parquet')).filter((row) => /[02468]$/.test(String(row['account_id'])));
    expect((await rowsOf('half.parquet')).map(keyOf)).toEqual(even.map(keyOf));
  });

  it('says what it cannot do, and leaves nothing behind', async () => {
    for (const wrong of [
      ['--to', '2026-01-10'],
      ['--negatives', '0'],
      ['--negatives', '1.5'],
      ['--as-of', 'x'],
    ]) {
      expect(await exported('wrong.parquet', ...wrong)).toMatchObject({ code: 2, out: '' });
    }
    await writeFile(inFolder('empty'), '');
    const { code, err } = await exported('wrong.parquet', '--labels', inFolder('empty'));
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('--as-of') as string });
    await writeFile(inFolder('unsorted'), [said[9], said[0]].map((one) => JSON.stringify(one)).join('\n'));
    expect(await exported('wrong.parquet', '--labels', inFolder('unsorted'))).toMatchObject({ code: 1, out: '' });
    const files = ['wrong.parquet', 'wrong.parquet.part', 'wrong.parquet.manifest.json'];
    expect(files.filter((name) => existsSync(inFolder(name)))).toEqual([]);
  });
});
