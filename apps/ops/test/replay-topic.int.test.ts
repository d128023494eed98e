import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES, type LogRecord, StopSignal } from '#libs/core';
import { ACCOUNT_INPUTS, type ComparedVectors, type DifferingInput } from '../src/replay/vector-comparison.ts';
import { type CommandRun, runCommand } from './run-command.ts';
import { rigConfig, ServiceRig } from './service-rig.ts';

type Row = Record<string, unknown>;
type Json = Record<string, unknown>;

const config = rigConfig();
let folder: string;
let rig: ServiceRig;

const inFolder = (name: string): string => join(folder, name);
const rowsOf = async (name: string): Promise<Row[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(inFolder(name)) });
const replayTopic = async (out: string, ...more: readonly string[]): Promise<CommandRun> =>
  runCommand(['replay', '--from-topic', '--out', inFolder(out), ...more], { config });
const keyOf = ({ account_id: account, transaction_id: transaction }: Row): string =>
  `${String(account)}/${String(transaction)}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-topic-'));
  await runCommand(['topics', 'create'], { config });
  rig = await ServiceRig.start(config);
  const files = ['--out', inFolder('in.ndjson'), '--labels', inFolder('labels.ndjson')];
  const rough = '--accounts 40 --days 10 --duplicates 0.1 --disorder 0.1 --late 0.03 --conflicts 0.02 --poison 0.05';
  await runCommand(['simulate', ...files, ...rough.split(' ')]);
  // Half of the transactions, then every label, some of them before their transaction; then the other half.
  const lines = (await readFile(inFolder('in.ndjson'), 'latin1')).trimEnd().split('\n');
  const half = lines.length >> 1;
  await writeFile(inFolder('first.ndjson'), lines.slice(0, half).join('\n'));
  await writeFile(inFolder('second.ndjson'), lines.slice(half).join('\n'));
  await runCommand(['stream', '--file', inFolder('first.ndjson'), '--rate', 'max'], { config });
  await rig.consume();
  const labels = (await readFile(inFolder('labels.ndjson'), 'latin1')).trimEnd().split('\n');
  await rig.tell(labels.map((line) => JSON.parse(line) as object));
  await runCommand(['stream', '--file', inFolder('second.ndjson'), '--rate', 'max'], { config });
  await rig.consume();
  // The owners publish everything before they go.
  await rig.disown();
}, 120_000);

afterAll(async () => {
  await rig.stop();
  await rm(folder, { recursive: true });
});

describe('a replay of the topic', () => {
  it('finds every recorded vector to be what its account made of it, and writes the same files', async () => {
    const { code, out } = await replayTopic('topic', '--json');
    const summary = JSON.parse(out) as { decided: number; vectors: Json; labels: Json; refused: Json; sha256: Json };
    expect({ code, vectors: summary.vectors }).toEqual({
      code: 0,
      vectors: { equal: summary.decided, different: 0, not_compared: 0, differences: [] },
    });
    expect(summary.decided).toBeGreaterThan(300);
    expect(summary.labels).toMatchObject({ matched: expect.any(Number) as number });
    for (const reason of ['too_late', 'identity_conflict', 'malformed']) expect(summary.refused).toHaveProperty(reason);
    const manifest = JSON.parse(await readFile(inFolder('topic/manifest.json'), 'utf8')) as Json;
    expect(manifest).toMatchObject({ sha256: summary.sha256, partitions: [{ epoch: 1 }, { epoch: 1 }, { epoch: 1 }] });
    expect(Object.keys(summary.sha256)).toEqual(['vectors.parquet', 'decisions.ndjson', 'labels.parquet']);
    expect((await rowsOf('topic/vectors.parquet')).map(({ row }) => Number(row))).toEqual([...Array(summary.decided).keys()]); // prettier-ignore
  });

  it('has the account inputs of a replay of the files, but for its own holds, where no label lies between', async () => {
    await runCommand(['replay', '--transactions', inFolder('first.ndjson'), '--out', inFolder('files')], { config });
    const ofTopic = new Map((await rowsOf('topic/vectors.parquet')).map((row) => [keyOf(row), row]));
    const ofFiles = await rowsOf('files/vectors.parquet');
    // Nothing has told the other entities here, so that scores differ, and with them what was held.
    const ofAccount = ACCOUNT_INPUTS.map((place) => (FEATURES[place] as { name: string }).name);
    const names = ofAccount.filter((name) => name !== 'acct_held_cnt_1h');
    const wrong = ofFiles.filter((row) => names.some((name) => !Object.is(row[name], ofTopic.get(keyOf(row))?.[name])));
    expect(wrong).toEqual([]);
    expect(ofFiles.length).toBeGreaterThan(150);
  });

  it('ends with 1 and says where, when a vector is not that of its account', async () => {
    const { records } = await rig.decisions.read(1, 0, { maxBytes: 50_000_000, maxWaitMs: 0 });
    const last = records.findLast(({ headers }) => headers['ce_type'] === 'decision.made') as LogRecord;
    const body = JSON.parse(Buffer.from(last.value ?? []).toString()) as Json;
    const vector = Buffer.from(String(body['vector']), 'base64');
    vector.writeFloatLE(99, 4 * FEATURES.findIndex(({ name }) => name === 'acct_cnt_30d'));
    const seq = Math.max(...records.map(({ headers }) => Number(headers['s'])));
    const value = Buffer.from(JSON.stringify({ ...body, vector: vector.toString('base64') }));
    await rig.decisions.append(1, [{ key: last.key, value, headers: { ...last.headers, s: String(seq + 1) } }]);
    const { code, out } = await replayTopic('forged');
    expect(code).toBe(1);
    expect(out).toMatch(/Vectors: [\d,]+ equal, 1 different\n/);
    const { vectors } = JSON.parse((await replayTopic('again', '--json')).out) as { vectors: ComparedVectors };
    expect(vectors.differences).toMatchObject([{ partition: 1, seq: seq + 1 }]);
    const inputs = vectors.differences[0]?.inputs ?? [];
    const month = inputs.find(({ feature }) => feature === 'acct_cnt_30d') as DifferingInput;
    expect(month.recorded).toBe(99);
    // The forged decision is a second one of its transaction, which its account has counted already.
    const minute = inputs.find(({ feature }) => feature === 'acct_cnt_1m') as DifferingInput;
    expect(minute.recomputed).toBe((minute.recorded as number) + 1);
  });

  it('leaves no file behind when it is stopped', async () => {
    const stopSignal = new StopSignal();
    stopSignal.stop();
    const stopped = await runCommand(['replay', '--from-topic', '--out', inFolder('stopped')], { config, stopSignal });
    expect(stopped).toMatchObject({ code: 130, out: '' });
    await expect(rowsOf('stopped/vectors.parquet')).rejects.toThrow(/ENOENT/);
  });

  it('is asked for alone', async () => {
    for (const more of [
      ['--transactions', 'x'],
      ['--labels', 'x'],
      ['--observe-before', '2026-01-01'],
    ]) {
      expect(await replayTopic('usage', ...more)).toMatchObject({ code: 2, out: '' });
    }
  });
});
