import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StopSignal } from '#libs/core';
import { runCommand } from '../test/run-command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-'));
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
const linesOf = async (name: string): Promise<string[]> =>
  (await readFile(inFolder(name), 'latin1')).trimEnd().split('\n');

const rowsOf = async (name: string): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(inFolder(name)) });

describe('the command line', () => {
  it('shows what there is, in groups', async () => {
    const { code, out } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'Prepare:',
      'Make data:',
      'Examine:',
      'topics',
      'simulate',
      'import',
      'stream',
      'replay',
      'export-training-set',
      'inspect',
      'audit',
      'models',
      'rebuild',
    ]) {
      expect(out).toContain(word);
    }
  });

  it.each([
    ['topics', 'create'],
    ['topics', 'check'],
    ['simulate'],
    ['import', 'handbook'],
    ['stream'],
    ['replay'],
    ['export-training-set'],
    ['inspect', 'account'],
    ['inspect', 'ip'],
    ['features'],
    ['models', 'list'],
    ['models', 'verify'],
    ['models', 'sign'],
    ['models', 'promote'],
    ['models', 'rollback'],
    ['models', 'shadow'],
    ['models', 'compare'],
    ['models', 'health'],
    ['audit'],
    ['rebuild'],
  ])('has help with examples and --json: %s %s', async (...words) => {
    const { code, out } = await runCommand([...words.filter((word) => word !== undefined), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}npm run ops -- /);
    expect(out).toContain('--json');
  });

  it.each<readonly string[]>([
    [],
    ['nonsense'],
    ['simulate'],
    ['simulate', '--out', 'x', '--seed', 'y'],
    ['topics', 'create', 'x'],
    ['audit', '--no-at-rest', '--asked', 'x'],
    ['rebuild', '--all'],
    ['rebuild', '--from-trimmed'],
    ['rebuild', '--from-trimmed', '--all', '--partition', '1'],
  ])('answers wrong usage with code 2: %s %s %s %s', async (...argv) => {
    const { code, out, err } = await runCommand(argv.filter((word) => word !== undefined));
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/error: |Usage: /);
  });

  it('says what is wrong with a file', async () => {
    const missing = await runCommand([
      'replay',
      '--no-model',
      '--transactions',
      inFolder('missing'),
      '--out',
      inFolder('r'),
    ]);
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toMatch(/^error: There is no file .*missing\.\n$/);
  });

  it('leaves no file behind when it is stopped', async () => {
    const stopSignal = new StopSignal();
    stopSignal.stop();
    const { code, err } = await runCommand(['simulate', '--out', inFolder('stopped'), '--labels', inFolder('l')], {
      stopSignal,
    });
    expect({ code, err }).toEqual({ code: 130, err: 'Stopped; nothing was written.\n' });
    expect(['stopped', 'stopped.part', 'l', 'l.part'].filter((name) => existsSync(inFolder(name)))).toEqual([]);
  });
});

describe('simulate and replay', { timeout: 60_000 }, () => {
  const simulation = [
    '--accounts',
    '40',
    '--days',
    '5',
    '--duplicates',
    '0.1',
    '--late',
    '0.05',
    '--conflicts',
    '0.02',
    '--poison',
    '0.1',
  ];

  it('give the same bytes for the same options', async () => {
    const first = await runCommand([
      'simulate',
      '--json',
      '--out',
      inFolder('a.ndjson'),
      '--labels',
      inFolder('labels'),
      ...simulation,
    ]);
    const second = await runCommand(['simulate', '--json', '--out', inFolder('b.ndjson.gz'), ...simulation]);
    expect(first.code).toBe(0);
    const { out: _, labels, ...facts } = JSON.parse(first.out) as Record<string, unknown>;
    expect(JSON.parse(second.out)).toMatchObject(facts);
    expect(gunzipSync(await readFile(inFolder('b.ndjson.gz')))).toEqual(await readFile(inFolder('a.ndjson')));
    const said = (await linesOf('labels')).map((line) => JSON.parse(line) as Record<string, string>);
    expect(said).toHaveLength(labels as number);
    expect(said.length).toBeGreaterThan(20);
    const timesMs = said.map((label) => Date.parse(label['reported_at'] ?? ''));
    expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
    for (const label of said) {
      expect(Object.keys(label).join()).toBe('account_id,transaction_id,event_type,label,source,reported_at');
    }
    expect(await linesOf('a.ndjson')).toHaveLength(facts['records'] as number);

    const replays = [];
    for (const [file, out] of [
      ['a.ndjson', 'r1'],
      ['b.ndjson.gz', 'r2'],
    ] as const) {
      replays.push(
        await runCommand(['replay', '--json', '--no-model', '--transactions', inFolder(file), '--out', inFolder(out)]),
      );
    }
    expect(replays[0]!.out).toBe(replays[1]!.out);
    const summary = JSON.parse(replays[0]!.out) as { lines: number; decided: number; refused: Record<string, number> };
    expect(summary.decided + Object.values(summary.refused).reduce((sum, count) => sum + count, 0)).toBe(summary.lines);
    for (const reason of ['duplicate', 'identity_conflict', 'too_late', 'malformed', 'invalid_transaction']) {
      expect(summary.refused).toHaveProperty(reason);
    }
    expect(await linesOf('r1/decisions.ndjson')).toHaveLength(summary.lines);
    const rows = await rowsOf('r1/vectors.parquet');
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: summary.decided }, (_, row) => BigInt(row)));
    const lines = await linesOf('a.ndjson');
    const manifest = JSON.parse(await readFile(inFolder('r1/manifest.json'), 'utf8')) as { features: string[] };
    for (const { line, transaction_id: id, account_id: account, occurred_at: at, ...rest } of rows) {
      const source = JSON.parse(lines[Number(line) - 1] as string) as Record<string, string>;
      expect([id, account]).toEqual([source['transaction_id'], source['account_id']]);
      expect((at as Date).toISOString()).toBe(source['occurred_at']);
      expect(rest).toMatchObject({ event_type: 'authorization', decision: 'hold', risk_score: null });
      expect(manifest.features.filter((name) => typeof rest[name] !== 'number')).toEqual([]);
    }
  });

  it('leaves no file behind when it is stopped', async () => {
    const stopSignal = new StopSignal();
    stopSignal.stop();
    await runCommand(['simulate', '--out', inFolder('c.ndjson'), '--accounts', '5', '--days', '2']);
    const stopped = await runCommand(
      ['replay', '--no-model', '--transactions', inFolder('c.ndjson'), '--out', inFolder('r3')],
      { stopSignal },
    );
    expect(stopped).toMatchObject({ code: 130, out: '' });
    expect(await readdir(inFolder('r3'))).toEqual([]);
  });
});

describe('import handbook', () => {
  const csv = [
    'transaction_id,event_time_s,customer_id,terminal_id,amount,fraud,fraud_scenario',
    '0,1522540831,596,3156,57.16,0,0',
    '1,1522540930,4961,3412,81.51,1,2',
    '2,1522540966,2,1365,146.0,0,0',
  ].join('\n');

  it('turns rows into transactions and labels', async () => {
    await writeFile(inFolder('hb.csv.gz'), gzipSync(csv));
    const { code, out } = await runCommand([
      'import',
      'handbook',
      inFolder('hb.csv.gz'),
      '--limit',
      '2',
      '--out',
      inFolder('hb.ndjson'),
      '--labels',
      inFolder('hb-labels'),
    ]);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 transactions (1 frauds)') as string,
    });
    expect((await linesOf('hb.ndjson')).map((line) => JSON.parse(line) as object)).toMatchObject([
      { transaction_id: '0', account_id: 'c596', amount_minor: 5716, terminal_id: 't3156' },
      { transaction_id: '1', account_id: 'c4961', amount_minor: 8151 },
    ]);
    expect(await linesOf('hb-labels')).toEqual([
      '{"account_id":"c596","transaction_id":"0","event_type":"authorization","label":"genuine","source":"handbook","reported_at":"2018-04-08T00:00:31.000Z"}',
      '{"account_id":"c4961","transaction_id":"1","event_type":"authorization","label":"fraud","source":"handbook","reported_at":"2018-04-08T00:02:10.000Z"}',
    ]);
  });

  it('refuses another file', async () => {
    await writeFile(inFolder('other.csv.gz'), gzipSync('a,b\n1,2\n'));
    const { code, err } = await runCommand(['import', 'handbook', inFolder('other.csv.gz'), '--out', inFolder('x')]);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('cannot be imported') as string });
    expect(existsSync(inFolder('x'))).toBe(false);
  });
});
