import { expect, it, vi } from 'vitest';
import type { UpdaterHooks } from '#libs/core';
import { holdApply } from './held-apply.ts';
import { describeUpdater } from './updater-subject.ts';

/** One step for a target and a cycle: what is held is all of it. */
const LARGE = { batchEvents: 1_000, maxRecords: 1_000, queueEvents: 1_000, readBytes: 1_000_000 };

describeUpdater('updaters side by side', (subject) => {
  it('a frozen updater goes on where another one has long been', async () => {
    subject.fill(0, 10);
    const held = holdApply(subject.store);
    const refused = vi.fn<UpdaterHooks['refused']>();
    const restarted = vi.fn<UpdaterHooks['restarted']>();
    const zombie = subject.rig.start({ ports: { store: held.store }, limits: LARGE, hooks: { refused, restarted } });
    await held.reached;
    subject.fill(10, 30);
    await subject.rig.catchUp();
    expect(await subject.rig.differences()).toEqual({});
    held.release();
    await vi.waitFor(() => expect(refused).toHaveBeenCalledWith('moved'));
    expect(restarted).toHaveBeenCalled();
    subject.fill(30, 40);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    zombie.updater.stop();
    await zombie.ended;
  });

  it('a frozen updater finds its step made by another, and more', async () => {
    subject.fill(0, 10, [0]);
    const held = holdApply(subject.store);
    subject.rig.start({ sources: [0], ports: { store: held.store }, limits: LARGE });
    await held.reached;
    // In steps of one event, so that the other one stands within the step that is held.
    const other = holdApply(subject.store);
    const ahead = subject.rig.start({ sources: [0], ports: { store: other.store }, limits: { batchEvents: 1 } });
    await other.reached;
    other.release();
    await vi.waitFor(async () => {
      const positions = await subject.store.positions(subject.rig.sources, [0]);
      expect(positions.flat().some((text) => text !== null)).toBe(true);
    });
    ahead.updater.stop();
    await ahead.ended;
    held.release();
    await subject.rig.drained([0]);
    expect(await subject.rig.differences([0])).toEqual({});
  });

  it('two on all sources make each event count once', async () => {
    subject.fill(0, 40);
    const refused = vi.fn<UpdaterHooks['refused']>();
    for (const batchEvents of [3, 7]) subject.rig.start({ limits: { batchEvents }, hooks: { refused } });
    subject.fill(40, 80);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(refused).toHaveBeenCalledWith('moved');
  });

  it('two with different sources write one hot entity in turns, and lose nothing', async () => {
    subject.fill(0, 20);
    const refused = vi.fn<UpdaterHooks['refused']>();
    const held = holdApply(subject.store);
    subject.rig.start({ sources: [0], ports: { store: held.store }, limits: LARGE, hooks: { refused } });
    await held.reached;
    subject.rig.start({ sources: [1] });
    await subject.rig.drained([1]);
    held.release();
    await vi.waitFor(() => expect(refused).toHaveBeenCalledWith('changed'));
    subject.rig.start({ sources: [2] });
    subject.fill(20, 80);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
  });

  it('a step that is refused again and again becomes smaller, down to one event', async () => {
    subject.fill(0, 64, [0]);
    const sizes: number[] = [];
    const { fold } = subject.rig.ports;
    let folded = 0;
    const counting = {
      touchedBy: fold.touchedBy.bind(fold),
      empty: fold.empty.bind(fold),
      decode: fold.decode.bind(fold),
      encode: fold.encode.bind(fold),
      reduce: (...[state, change, touch]: Parameters<typeof fold.reduce>) => {
        folded += 1;
        return fold.reduce(state, change, touch);
      },
    };
    const { store } = subject;
    const refusing = {
      load: store.load.bind(store),
      positions: store.positions.bind(store),
      apply: async (update: Parameters<typeof store.apply>[0]) => {
        const size = folded;
        folded = 0;
        if (update.records.length === 0 || update.target !== 0) return store.apply(update);
        sizes.push(size);
        return size > 3 ? ({ status: 'changed', changed: update.records } as const) : store.apply(update);
      },
    };
    // One target at a time, so that what is counted belongs to the step.
    const isOfTarget0 = (touch: { key: { high: number } }): boolean => touch.key.high % 3 === 0;
    const ofTarget0 = { ...counting, touchedBy: (change: Parameters<typeof fold.touchedBy>[0]) => counting.touchedBy(change).filter(isOfTarget0) }; // prettier-ignore
    await subject.rig.catchUp({ sources: [0], ports: { store: refusing, fold: ofTarget0 }, limits: LARGE });
    expect(Math.max(...sizes)).toBeGreaterThan(8);
    expect(Math.min(...sizes)).toBeLessThanOrEqual(3);
    const positions = await subject.store.positions([0], [0]);
    expect(positions[0]?.[0]).toMatch(/:64:0$/);
  });

  it('a source can be given away and taken back', async () => {
    subject.fill(0, 30);
    const [one, other] = [subject.rig.start(), subject.rig.start({ sources: [] })];
    for (let round = 0; round < 6; round++) {
      const [from, to] = round % 2 === 0 ? [one, other] : [other, one];
      from.updater.remove(1);
      to.updater.add(1);
      subject.fill(30 + 5 * round, 35 + 5 * round);
      if (round % 3 === 0) await subject.rig.drained();
    }
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(one.updater.lag.map(({ source }) => source).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(other.updater.lag).toEqual([]);
  });
});
