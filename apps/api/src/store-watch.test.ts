import { describe, expect, it } from 'vitest';
import { StopSignal, TransientFault, type StateStore } from '#libs/core';
import { createLogger, createMetrics, systemClock } from '#libs/platform';
import { StoreWatch } from './store-watch.ts';

/** A watch on three partitions whose homes the test sets; null is a store out of reach. */
function watched() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'api',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const at: { homes: (string | null)[] | null } = { homes: [null, null, null] };
  const store: Pick<StateStore, 'published'> = {
    published: async (partition) => {
      if (at.homes === null) throw new TransientFault('store_unreachable', 'Redis: connection refused');
      return { home: at.homes[partition] ?? null, epoch: 1, seq: 0 };
    },
  };
  return { watch: new StoreWatch(store, 3, logger), at, lines };
}

describe('StoreWatch', () => {
  it('is ready once it has seen an open partition', async () => {
    const { watch, at } = watched();
    expect(watch.ready.ok).toBe(false);
    at.homes = ['aa:bb:1:4', null, 'closed:n:aa:bb'];
    await watch.look();
    expect(watch.ready).toEqual({ ok: true, detail: '1 of 3 partitions open' });
  });

  it('is not ready while no partition is open', async () => {
    const { watch } = watched();
    await watch.look();
    expect(watch.ready).toEqual({ ok: false, reason: '0 of 3 partitions open: is a worker running?' });
  });

  it('is not ready while the store is away, which is logged once, as is its return', async () => {
    const { watch, at, lines } = watched();
    at.homes = null;
    await watch.look();
    await watch.look();
    expect(watch.ready).toEqual({ ok: false, reason: 'Redis: connection refused' });
    at.homes = ['aa:bb:1:4', null, null];
    await watch.look();
    await watch.look();
    expect(watch.ready.ok).toBe(true);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'store out of reach',
      'store within reach again',
    ]);
  });

  it('ends at the stop', async () => {
    const { watch } = watched();
    const stop = new StopSignal();
    const running = watch.run({ clock: systemClock, metrics: createMetrics(), stop });
    stop.stop();
    await running;
    expect(watch.ready.ok).toBe(false);
  });
});
