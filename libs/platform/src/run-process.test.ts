import { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { TransientFault } from '#libs/core';
import { createMetrics } from './metrics/metrics.ts';
import { runProcess, type ProcessFrame, type ProcessOptions } from './run-process.ts';

class Refused extends Error {}

/** A process that exists only as events. */
function fakeHost(env: Record<string, string> = {}) {
  const exits: number[] = [];
  const told: string[] = [];
  const events = new EventEmitter();
  return Object.assign(events, {
    env: { HOLDFAST_ENV: 'development', HOLDFAST_LOG_LEVEL: 'silent', HOLDFAST_API_ADMIN_PORT: '0', ...env },
    stderr: { write: (text: string) => told.push(text) },
    exit: (code: number) => void exits.push(code),
    exits,
    told,
  });
}

function run(open: ProcessOptions['open'], host = fakeHost()) {
  const stopped: string[] = [];
  const telemetry = {
    metrics: createMetrics(),
    serveMetrics: () => {},
    stop: async () => void stopped.push('telemetry'),
  };
  const done = runProcess({ role: 'api', telemetry, refusals: [Refused], open, host, retryMs: 1 });
  return { done, host, stopped };
}

async function readiness(port: number): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { status: response.status, text: await response.text() };
}

describe('runProcess', () => {
  it('is alive and not ready until its own part is, and stops in order at a signal', async () => {
    const seen: { status: number; text: string }[] = [];
    const closed: string[] = [];
    const { done, host, stopped } = run(async ({ lifecycle, adminPort, becomeReady }) => {
      seen.push(await readiness(adminPort));
      becomeReady(() => ({ ok: true, detail: 'all open' }));
      seen.push(await readiness(adminPort));
      await lifecycle.opened('door', () => void closed.push('door'));
    });
    await done;
    expect(seen.map(({ status }) => status)).toEqual([503, 200]);
    expect(seen[0]?.text).toContain('starting');
    host.emit('SIGTERM');
    await vi.waitFor(() => expect(host.exits).toEqual([0]));
    expect([...closed, ...stopped]).toEqual(['door', 'telemetry']);
  });

  it('tries again while what it needs is away', async () => {
    let attempts = 0;
    let opened: string | null = null;
    const { done, host } = run(async ({ whenReachable }) => {
      opened = await whenReachable(async () => {
        attempts += 1;
        if (attempts < 3) throw new TransientFault('store_unreachable', 'away');
        return 'open';
      });
    });
    await done;
    expect([attempts, opened]).toEqual([3, 'open']);
    host.emit('SIGTERM');
  });

  it('stops waiting at a signal', async () => {
    let opened: unknown = 'not yet';
    const { done, host } = run(async ({ whenReachable }) => {
      opened = await whenReachable(() => Promise.reject(new TransientFault('store_unreachable', 'away')));
    });
    await delay(5);
    host.emit('SIGINT');
    await done;
    expect(opened).toBeNull();
    await vi.waitFor(() => expect(host.exits).toEqual([0]));
  });

  it('ends with 78 on a refusal, after closing what was open', async () => {
    const { done, host, stopped } = run(() => Promise.reject(new Refused('another hash key')));
    await done;
    expect([host.exits, stopped]).toEqual([[78], ['telemetry']]);
  });

  it('ends with 78 when a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { done, host } = run(async () => {}, fakeHost({ HOLDFAST_API_ADMIN_PORT: String(port) }));
    await done;
    await new Promise((resolve) => server.close(resolve));
    expect(host.exits).toEqual([78]);
  });

  it('ends with 78 and all errors when the environment is wrong', async () => {
    const open = vi.fn<(frame: ProcessFrame) => Promise<void>>();
    const { done, host } = run(open, fakeHost({ HOLDFAST_ENV: 'production' }));
    await done;
    expect(host.exits).toEqual([78]);
    expect(host.told.join()).toMatch(/has 4 error\(s\):\n- KAFKA_BROKERS/);
    expect(open).not.toHaveBeenCalled();
  });

  it('lets a bug through, for the process to die of', async () => {
    const { done } = run(() => Promise.reject(new TypeError('bug')));
    await expect(done).rejects.toThrow('bug');
  });
});
