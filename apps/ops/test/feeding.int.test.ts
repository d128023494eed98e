import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaDecisionLog } from '#libs/adapters';
import { topicNames } from '#libs/contracts';
import { type LogRecord, partitionOf } from '#libs/core';
import { fromLine } from '../src/files/record-line.ts';
import { readLines } from '../src/files/read-lines.ts';
import { runCommand } from './run-command.ts';
import { rigConfig } from './service-rig.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-feeding-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('topics', () => {
  it('are missing, then created, then there, then as they have to be', async () => {
    const config = rigConfig();
    const names = Object.values(topicNames(config.kafka.topicPrefix));
    const missing = await runCommand(['topics', 'check', '--json'], { config });
    expect({ code: missing.code, ...(JSON.parse(missing.out) as object) }).toMatchObject({
      code: 1,
      differences: names.map((name) => `${name} does not exist`),
    });
    const created = await runCommand(['topics', 'create', '--json'], { config });
    expect(JSON.parse(created.out)).toEqual({ created: names, existed: [], differences: [] });
    const again = await runCommand(['topics', 'create'], { config });
    expect(again).toMatchObject({ code: 0, out: names.map((name) => `${name} was there\n`).join('') });
    expect(await runCommand(['topics', 'check'], { config })).toMatchObject({ code: 0, err: '' });
    const wider = { ...config, kafka: { ...config.kafka, partitions: 4 } };
    const differing = await runCommand(['topics', 'create'], { config: wider });
    expect(differing).toMatchObject({ code: 1, out: expect.stringContaining('has 3 partitions, not 4') as string });
  });

  it('are not waited for when there is no Kafka', async () => {
    const config = rigConfig();
    const away = { ...config, kafka: { ...config.kafka, brokers: ['127.0.0.1:1'] } };
    const { code, err } = await runCommand(['topics', 'check'], { config: away });
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('KAFKA_BROKERS') as string });
  });
});

describe('stream', () => {
  const config = rigConfig();
  const { transactions } = topicNames(config.kafka.topicPrefix);
  const log = new KafkaDecisionLog({ kafka: { brokers: config.kafka.brokers, clientId: 'test' }, topic: transactions });
  beforeAll(async () => {
    await runCommand(['topics', 'create'], { config });
  });
  afterAll(() => log.close());

  async function allRecords(): Promise<LogRecord[][]> {
    const read = [0, 1, 2].map((partition) => log.read(partition, 0, { maxBytes: 50_000_000, maxWaitMs: 0 }));
    return (await Promise.all(read)).map(({ records }) => [...records]);
  }

  it('puts each record of a file, as it is and in order, on the partition of its account', async () => {
    const file = join(folder, 'in.ndjson.gz');
    const rough = ['--accounts', '50', '--days', '6', '--poison', '0.1', '--duplicates', '0.1'];
    await runCommand(['simulate', '--out', file, ...rough]);
    const { code, out } = await runCommand(['stream', '--json', '--file', file, '--rate', 'max'], { config });
    const wanted: string[][] = [[], [], []];
    let count = 0;
    for await (const lines of readLines(file)) {
      for (const { key, value } of lines.map((line) => fromLine(line))) {
        wanted[key === null ? count % 3 : partitionOf(key, 3)]!.push(
          `${key} ${value && Buffer.from(value).toString('hex')}`,
        );
        count += 1;
      }
    }
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({
      code: 0,
      sent: count,
      retries: 0,
      interrupted: false,
    });
    const text = (bytes: Uint8Array | null, as: 'latin1' | 'hex') => bytes && Buffer.from(bytes).toString(as);
    const found = (await allRecords()).map((records) =>
      records.map(({ key, value }) => `${text(key, 'latin1')} ${text(value, 'hex')}`),
    );
    expect(found).toEqual(wanted);
  });

  it('marks a backfill as history that gets no decisions', async () => {
    const file = join(folder, 'history.ndjson');
    await runCommand(['simulate', '--out', file, '--accounts', '20', '--days', '5']);
    const before = (await allRecords()).map(({ length }) => length);
    const { code, out } = await runCommand(['backfill', '--json', '--file', file, '--rate', 'max'], { config });
    const added = (await allRecords()).flatMap((records, partition) => records.slice(before[partition]));
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({ code: 0, sent: added.length });
    expect(added.length).toBeGreaterThan(50);
    expect(new Set(added.map(({ headers }) => JSON.stringify(headers)))).toEqual(new Set(['{"holdfast-observe":"1"}']));
  });

  it('keeps to a rate and a limit, and can make its transactions itself', async () => {
    const options = ['--simulate', '--accounts', '20', '--days', '5', '--rate', '100', '--limit', '60', '--json'];
    const { out } = await runCommand(['stream', ...options], { config });
    const { sent, seconds } = JSON.parse(out) as { sent: number; seconds: number };
    expect(sent).toBe(60);
    expect(seconds).toBeGreaterThan(0.55);
  });

  it('says what is missing', async () => {
    const stream = ['stream', '--rate', 'max'];
    expect(await runCommand(stream, { config })).toMatchObject({ code: 2 });
    expect(await runCommand([...stream, '--simulate', '--file', 'x'], { config })).toMatchObject({ code: 2 });
    const { code, err } = await runCommand([...stream, '--simulate', '--topic', 'never-made'], { config });
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('topics create') as string });
  });
});
