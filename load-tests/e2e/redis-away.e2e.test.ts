import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localDir } from '../../deploy/local/cached-download.ts';
import { type Services, startServices } from '../../deploy/local/services.ts';
import { START_TIMEOUT_MS, startSystem, type SystemUnderTest } from './system-under-test.ts';

const dataDir = join(localDir, `e2e-redis-${process.pid}`);
const occurredAt = new Date().toISOString();
let services: Services;
let system: SystemUnderTest;

beforeAll(async () => {
  // A Redis of its own, to be stopped; the Kafka of this test run.
  services = await startServices({ dataDir, kafka: false });
  system = await startSystem('redis-away', { redisUrl: services.redisUrl });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await system?.remove();
  await services?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function decide(transactionId: string): Promise<Response> {
  const body = {
    transaction_id: transactionId,
    account_id: 'acct-1',
    occurred_at: occurredAt,
    amount_minor: 500,
    currency: 'EUR',
  };
  return fetch(`${system.httpUrl}/v1/decisions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.apiKey}`, 'content-type': 'application/json', 'x-deadline-ms': '1000' },
    body: JSON.stringify(body),
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 40_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('It did not come to that within 40 s');
    await sleep(100);
  }
}

const ready = async (process: 'api' | 'worker'): Promise<number> =>
  (await fetch(`${system.adminUrls[process]}/readyz`)).status;

test('while Redis is away the door answers 503 and nobody is ready; when it is back, both go on by themselves', async () => {
  expect((await decide('before')).status).toBe(200);
  await services.redis?.stop();
  const refused = await decide('during');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  await until(async () => (await ready('api')) === 503);
  await until(async () => (await ready('worker')) === 503);
  await services.redis?.start();
  await until(async () => (await decide('after')).status === 200);
  await until(async () => (await ready('api')) === 200 && (await ready('worker')) === 200);
  expect((await decide('before')).headers.get('idempotent-replayed')).toBe('true');
});
