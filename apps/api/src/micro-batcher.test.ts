import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#libs/platform';
import { MicroBatcher, type MicroBatcherOptions } from './micro-batcher.ts';

const inOneSecond = () => systemClock.monotonicMs() + 1000;

/** Batches as they were run; each waits until it is let go. */
function gated(options: Partial<MicroBatcherOptions<string, string>> = {}) {
  const batches: { partition: number; items: readonly string[]; deadlineMs: number; release: () => void }[] = [];
  const batcher = new MicroBatcher<string, string>({
    run: (partition, items, deadlineMs) =>
      new Promise((resolve) => {
        batches.push({ partition, items, deadlineMs, release: () => resolve(items.map((item) => `${item}!`)) });
      }),
    clock: systemClock,
    maxItems: 3,
    maxWaiting: 100,
    ...options,
  });
  const submit = (partition: number, ...items: string[]) =>
    items.map((item) => batcher.submit(partition, item, inOneSecond()));
  return { batcher, batches, submit };
}

describe('MicroBatcher', () => {
  it('runs what arrives in one turn of the event loop as one batch a partition', async () => {
    const { batches, submit } = gated();
    void submit(1, 'a', 'b');
    void submit(2, 'c');
    expect(batches).toEqual([]);
    await turn();
    expect(batches.map(({ partition, items }) => ({ partition, items }))).toEqual([
      { partition: 1, items: ['a', 'b'] },
      { partition: 2, items: ['c'] },
    ]);
  });

  it('gives each item its own result', async () => {
    const { batches, submit } = gated();
    const results = submit(1, 'a', 'b');
    await turn();
    batches[0]?.release();
    expect(await Promise.all(results)).toEqual([
      { status: 'done', result: 'a!' },
      { status: 'done', result: 'b!' },
    ]);
  });

  it('starts the next batch of a partition when the one before is over, with all that came meanwhile', async () => {
    const { batches, submit, batcher } = gated();
    void submit(1, 'a');
    await turn();
    void submit(1, 'b');
    await turn();
    void submit(1, 'c', 'd', 'e');
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a']]);
    batches[0]?.release();
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd']]);
    batches[1]?.release();
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    batches[2]?.release();
    await batcher.drain();
    expect(batcher.pending).toBe(0);
  });

  it('lets partitions run side by side', async () => {
    const { batches, submit } = gated();
    void submit(1, 'a');
    await turn();
    const [other] = submit(2, 'b');
    await turn();
    batches[1]?.release();
    expect(await other).toEqual({ status: 'done', result: 'b!' });
  });

  it('answers an item at its deadline although its batch goes on, and never runs one that expired while it waited', async () => {
    const { batches, batcher, submit } = gated();
    const inWork = batcher.submit(1, 'a', performance.now() + 50);
    await turn();
    const waiting = batcher.submit(1, 'b', performance.now() + 50);
    const [patient] = submit(1, 'c');
    expect(await Promise.all([inWork, waiting])).toEqual([{ status: 'expired' }, { status: 'expired' }]);
    batches[0]?.release();
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a'], ['c']]);
    batches[1]?.release();
    expect(await patient).toEqual({ status: 'done', result: 'c!' });
  });

  it('gives a batch the latest deadline of its items', async () => {
    const { batches, batcher } = gated();
    const nowMs = performance.now();
    for (const ms of [100, 900, 200]) void batcher.submit(1, String(ms), nowMs + ms);
    await turn();
    expect(batches[0]?.deadlineMs).toBe(nowMs + 900);
  });

  it('refuses at once what is beyond its limit, and takes more when a batch is over', async () => {
    const { batches, batcher, submit } = gated({ maxWaiting: 2 });
    void submit(1, 'a', 'b');
    expect(await Promise.all(submit(2, 'c'))).toEqual([{ status: 'overloaded' }]);
    await turn();
    batches[0]?.release();
    await batcher.drain();
    void submit(2, 'd');
    await turn();
    expect(batches.at(-1)?.items).toEqual(['d']);
  });

  it('tells a failure to everybody in the batch and goes on with the next', async () => {
    let runs = 0;
    const { submit } = gated({
      run: async (_partition, items) => {
        runs += 1;
        if (runs === 1) throw new Error('bug');
        return items;
      },
    });
    const failing = submit(1, 'a', 'b');
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await Promise.all(submit(1, 'c'))).toEqual([{ status: 'done', result: 'c' }]);
  });

  it('leaves no timer behind', async () => {
    const { batches, batcher } = gated();
    const timersBefore = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const result = batcher.submit(1, 'a', performance.now() + 60_000);
    await turn();
    batches[0]?.release();
    await result;
    await delay(1);
    expect(process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length).toBe(timersBefore);
  });
});
