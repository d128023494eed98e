import { afterEach, describe, expect, it } from 'vitest';
import { startAdminServer, type AdminServer, type Checks } from './admin-server.ts';

let server: AdminServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(checks: { live?: Checks; ready?: Checks }) {
  const started = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    live: {},
    ready: {},
    ...checks,
    serveMetrics: (_request, response) => void response.end('# metrics\n'),
    checkTimeoutMs: 20,
  });
  server = started;
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${started.port}${path}`, init);
}

describe('the admin server', () => {
  it('is ready when every check is', async () => {
    const get = await serve({
      ready: { redis: () => ({ ok: true, detail: '0.4 ms' }), kafka: async () => ({ ok: true }) },
    });
    const response = await get('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { redis: { ok: true, detail: '0.4 ms' }, kafka: { ok: true } },
    });
  });

  it('is not ready when one check fails, throws or hangs, and gives each reason', async () => {
    const get = await serve({
      ready: {
        model: () => ({ ok: true }),
        redis: () => ({ ok: false, reason: 'connection refused' }),
        kafka: () => Promise.reject(new Error('no brokers')),
        log: () => new Promise(() => {}),
      },
    });
    const response = await get('/readyz?verbose');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'failing',
      checks: {
        model: { ok: true },
        redis: { ok: false, reason: 'connection refused' },
        kafka: { ok: false, reason: 'no brokers' },
        log: { ok: false, reason: 'no answer within 20 ms' },
      },
    });
  });

  it('can be alive and not ready', async () => {
    const get = await serve({ live: {}, ready: { redis: () => ({ ok: false, reason: 'away' }) } });
    expect((await get('/livez')).status).toBe(200);
  });

  it('serves the metrics, and nothing else', async () => {
    const get = await serve({});
    expect(await (await get('/metrics')).text()).toBe('# metrics\n');
    expect((await get('/')).status).toBe(404);
    expect((await get('/livez', { method: 'POST' })).status).toBe(405);
  });

  it('refuses to start on a port that is taken', async () => {
    await serve({});
    const again = startAdminServer({
      host: '127.0.0.1',
      port: server?.port ?? 0,
      live: {},
      ready: {},
      serveMetrics: () => {},
    });
    await expect(again).rejects.toThrow('EADDRINUSE');
  });
});
