import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawRecord } from '#libs/simulator';
import { type Asked, HttpAsker } from '../chaos/http-asker.ts';
import {
  carelessRecords,
  sendToKafka,
  START_TIMEOUT_MS,
  startSystem,
  type SystemUnderTest,
} from './system-under-test.ts';

let system: SystemUnderTest;

beforeAll(async () => {
  system = await startSystem('exactly-once', { env: { HOLDFAST_ALLOWED_LATENESS_MS: String(10 * 86_400_000) } });
}, START_TIMEOUT_MS);

afterAll(() => system?.remove());

/** What of an audit's report these tests look at. */
interface Report {
  readonly ok: boolean;
  readonly decided: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly dead_letters: number;
  readonly found: unknown;
}

async function audit(asked: string): Promise<Report> {
  const { output, errors } = await system.ops(['audit', '--asked', asked, '--json']);
  if (output === '') throw new Error(`The audit printed nothing: ${errors}`);
  return JSON.parse(output) as Report;
}

/** Asks over HTTP for everything that is a transaction, one in three of them, at about a rate; `recordFile` says what came of it. */
async function askEveryThird(records: readonly RawRecord[], recordFile: string, ratePerSecond: number): Promise<Asked> {
  const asker = new HttpAsker(system, recordFile);
  for (const { event, value } of records.filter((_, index) => index % 3 === 0)) {
    if (event !== null && value !== null) asker.add({ body: value, partition: null });
    await sleep(1_000 / ratePerSecond);
  }
  return asker.finish();
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

test('500 transactions by both doors, twice, in disorder and among poison are each decided once', async () => {
  const records = carelessRecords({ seed: 1, transactions: 500 });
  const poison = records.filter(({ event }) => event === null).length;
  const asked = join(system.dir, 'asked.ndjson');
  const [answers] = await Promise.all([askEveryThird(records, asked, 400), sendToKafka(system, records)]);
  const report = await audit(asked);
  expect(report.found).toEqual([]);
  expect(report).toMatchObject({ ok: true, decided: 500 });
  expect(sum(report.rejected) - (report.rejected['identity_conflict'] ?? 0)).toBe(poison);
  expect(report.dead_letters).toBe(sum(report.rejected));
  expect(Object.keys(answers.by_status).every((status) => status === '200' || status === '409')).toBe(true);
});

test('a worker that is killed and started again leaves no transaction undecided or decided twice', async () => {
  const records = carelessRecords({ seed: 2, transactions: 600 });
  const asked = join(system.dir, 'asked-2.ndjson');
  const kill = async (): Promise<void> => {
    await sleep(300);
    await system.worker.kill('SIGKILL');
    await system.worker.start();
  };
  await Promise.all([
    sendToKafka(system, records, { atOnce: 20, pauseMs: 30 }),
    askEveryThird(records, asked, 200),
    kill(),
  ]);
  const report = await audit(await together(join(system.dir, 'asked.ndjson'), asked));
  expect(report.found).toEqual([]);
  expect(report).toMatchObject({ ok: true, decided: 1_100 });
});

/** All that was asked over HTTP since the system began. */
async function together(...files: readonly string[]): Promise<string> {
  const all = join(system.dir, 'asked-in-all.ndjson');
  const parts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  await writeFile(all, parts.join(''));
  return all;
}
