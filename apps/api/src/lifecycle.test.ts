import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiUnderTest, wireTransaction } from '../test/api-under-test.ts';

let api: Awaited<ReturnType<typeof startApiUnderTest>>;
let agent: Agent;

beforeEach(async () => {
  api = await startApiUnderTest();
  agent = new Agent({ keepAlive: true });
});

afterEach(async () => {
  agent.destroy();
  await api.close();
});

/** Status of a transaction posted over a real connection; rejects when the connection is refused. */
function post(port: number, transactionId: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(
    {
      agent,
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/decisions',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    },
    (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    },
  );
  sent.on('error', reject);
  sent.end(JSON.stringify(wireTransaction({ transaction_id: transactionId })));
  return promise;
}

describe('a stop', () => {
  it('answers what is in, waits for it, and takes nothing more in', async () => {
    const port = await api.api.listen();
    expect(await post(port, 'tx-0')).toBe(200);
    api.scorer.delayMs = 300;
    const inFlight = post(port, 'tx-1');
    await vi.waitFor(() => expect(api.api.waiting()).toBe(1));
    const stopped = api.close();
    await vi.waitFor(() => expect(api.api.app.getHttpServer().listening).toBe(false));
    await expect(post(port, 'tx-2')).rejects.toThrow('ECONNREFUSED');
    expect(await inFlight).toBe(200);
    await stopped;
    expect(api.api.waiting()).toBe(0);
    expect(api.scorer.batches.flat().map(({ transactionId }) => transactionId)).toEqual(['tx-0', 'tx-1']);
  });

  it('is not held up by idle connections', async () => {
    const port = await api.api.listen();
    await post(port, 'tx-1');
    const startMs = performance.now();
    await api.close();
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it('waits for a batch whose requests were all answered at their deadlines', async () => {
    api.scorer.delayMs = 500;
    const late = await api.request({ body: wireTransaction(), headers: { 'x-deadline-ms': '20' } });
    expect(late.status).toBe(503);
    expect(api.api.waiting()).toBe(1);
    await api.close();
    expect(api.api.waiting()).toBe(0);
    expect(
      await api.scorer.find(0, { accountId: 'acct-1', transactionId: 'tx-1', eventType: 'authorization' }),
    ).toMatchObject({ status: 'known' });
  });
});
