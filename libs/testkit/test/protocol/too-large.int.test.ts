import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { APPEND_TOO_LARGE, type Clock, type DecisionLog, EVENT_TOO_LARGE } from '#libs/core';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transactions } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

const PATIENCE = { timeout: 10_000 };

describe('a log that takes less than is sent', () => {
  let rig: PartitionRig;
  let appends: number;
  let log: DecisionLog;
  const retried: string[] = [];
  const hooks = { retried: (reason: string) => void retried.push(reason) };
  beforeEach(async () => {
    rig = await PartitionRig.start();
    retried.length = 0;
    appends = 0;
    const append: DecisionLog['append'] = (...given) => {
      appends += 1;
      return rig.log.append(...given);
    };
    log = overriding<DecisionLog>(rig.log, { append });
  });
  afterEach(() => rig.stop());

  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const seqs = (): number[] => rig.validEvents().map(({ seq }) => seq);

  it('gets events that are too large together one by one, each once, and later ones together again', async () => {
    const opened = await rig.openWith(transactions(0, 20));
    rig.log.maxAppendBytes = 2_000;
    const relay = rig.relay(opened, hooks, {}, { log });
    const running = relay.run();
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(20)), PATIENCE);
    expect(retried).toEqual([APPEND_TOO_LARGE]);
    expect(appends).toBe(1 + 20);
    rig.log.maxAppendBytes = Infinity;
    await rig.decide(...transactions(20, 30));
    relay.wake();
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(30)), PATIENCE);
    expect(appends).toBe(1 + 20 + 1);
    relay.stop();
    await running;
    expect(rig.log.records(0)).toHaveLength(1 + 30);
  });

  it('holds the partition up at one event that is too large alone, without asking again and again', async () => {
    const opened = await rig.openWith(transactions(0, 3));
    rig.log.maxAppendBytes = 10;
    const pauses: (() => void)[] = [];
    const clock: Clock = {
      ...rig.owner.clock,
      sleep: (delayMs, signal) => {
        if (delayMs < 5_000) return rig.owner.clock.sleep(delayMs, signal);
        return new Promise((resolve) => {
          pauses.push(resolve);
          signal?.onStop(resolve);
        });
      },
    };
    const relay = rig.relay(opened, hooks, {}, { log, clock });
    const running = relay.run();
    await vi.waitFor(() => expect(pauses).toHaveLength(1), PATIENCE);
    expect(retried).toEqual([APPEND_TOO_LARGE, EVENT_TOO_LARGE]);
    for (let i = 0; i < 5; i++) {
      relay.wake();
      await rig.owner.clock.sleep(20);
    }
    expect([appends, pauses.length]).toEqual([2, 1]);
    expect(await rig.decide(...transactions(3, 5))).toMatchObject({ status: 'committed' });
    rig.log.maxAppendBytes = Infinity;
    pauses[0]?.();
    await vi.waitFor(() => expect(seqs()).toEqual(upTo(5)), PATIENCE);
    relay.stop();
    await running;
  });

  it('does not hold up a stop', async () => {
    const opened = await rig.openWith(transactions(0, 1));
    rig.log.maxAppendBytes = 10;
    const relay = rig.relay(opened, hooks);
    const running = relay.run();
    await vi.waitFor(() => expect(retried).toEqual([EVENT_TOO_LARGE]), PATIENCE);
    relay.stop();
    expect(await running).toBe('stopped');
  });
});
