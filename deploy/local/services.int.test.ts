import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, expect, test } from 'vitest';
import { localDir } from './cached-download.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';

const dataDir = join(localDir, `test-services-${process.pid}`);
let services: Services | undefined;

async function startPrivate(options: Omit<ServicesOptions, 'dataDir'>): Promise<Services> {
  services = await startServices({ dataDir, ...options });
  return services;
}

afterEach(async () => {
  await services?.stop();
  services = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

test('Redis that was killed comes back on its port with the data of its append-only file', async () => {
  const { redis, redisUrl } = await startPrivate({ kafka: false });
  await withRedis(redisUrl, (client) => client.set('key', 'value'));
  await redis?.kill();
  expect(redis?.pid).toBeUndefined();
  await redis?.start();
  expect(await withRedis(redisUrl, (client) => client.get('key'))).toBe('value');
});

test('half a script at the end of the append-only file is forgotten, not run at a later start', async () => {
  const { redis, redisUrl } = await startPrivate({ kafka: false });
  const setTwo = "redis.call('SET', KEYS[1], '1') redis.call('SET', KEYS[2], '2')";
  await withRedis(redisUrl, (client) => client.eval(setTwo, 2, 'cut-1', 'cut-2'));
  await redis?.kill();
  const file = join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.1.incr.aof');
  const written = await readFile(file, 'utf8');
  await truncate(file, written.indexOf('cut-2'));
  await redis?.start();
  await withRedis(redisUrl, (client) => client.eval(setTwo, 2, 'whole-1', 'whole-2'));
  await redis?.kill();
  await redis?.start();
  const values = await withRedis(redisUrl, (client) => client.mget('cut-1', 'cut-2', 'whole-1', 'whole-2'));
  expect(values).toEqual([null, null, '1', '2']);
});

test('Kafka that was killed comes back on its port with its topics and records', async () => {
  const { kafka, kafkaBrokers } = await startPrivate({ redis: false });
  const client = new Kafka({ brokers: [kafkaBrokers], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: false });
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic: 'kept', acks: -1, messages: [{ key: 'a', value: 'b' }] });
  await producer.disconnect();
  await kafka?.kill();
  await kafka?.start();
  expect(await admin.fetchTopicOffsets('kept')).toMatchObject([{ partition: 0, offset: '1' }]);
  await admin.disconnect();
}, 180_000);

test('a folder belongs to one living process at a time', async () => {
  await startPrivate({ kafka: false });
  await expect(startServices({ dataDir, kafka: false })).rejects.toThrow('in use by another process');
});

test('services end with a process that is killed, and the next start has the same port', async () => {
  const first = await startCommandLine();
  first.process.kill('SIGKILL');
  const pid = Number(await readFile(join(dataDir, 'redis.pid'), 'utf8'));
  // Dead at once, but its number is taken until the system has noticed.
  const deadline = Date.now() + 20_000;
  while (isRunning(pid) && Date.now() < deadline) await sleep(20);
  expect(isRunning(pid)).toBe(false);
  const second = await startPrivate({ kafka: false });
  expect(second.redisUrl).toBe(first.redisUrl);
});

/** `npm run services` with a Redis of its own and the Kafka of this test run. */
async function startCommandLine(): Promise<{ process: ChildProcess; redisUrl: string }> {
  const { REDIS_URL: _ofThisRun, ...environment } = process.env;
  const file = fileURLToPath(new URL('services.ts', import.meta.url));
  const child = spawn(process.execPath, [file, '--data-dir', dataDir], { env: environment });
  let printed = '';
  for await (const part of child.stdout) {
    printed += String(part);
    const redisUrl = /REDIS_URL=(\S+)/.exec(printed)?.[1];
    if (redisUrl !== undefined) return { process: child, redisUrl };
  }
  throw new Error(`npm run services printed no address: ${printed}`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
