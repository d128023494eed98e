import { expect, it, vi } from 'vitest';
import type { UpdaterHooks } from '#libs/core';
import { describeUpdater } from './updater-subject.ts';

describeUpdater('entities in a store that goes back', (subject) => {
  it('an older copy is caught up, though nothing new happens', async () => {
    subject.fill(0, 20);
    const restarted = vi.fn<UpdaterHooks['restarted']>();
    const { updater } = subject.rig.start({ hooks: { restarted } });
    await subject.rig.drained();
    const older = await subject.copy();
    subject.fill(20, 40);
    await subject.rig.drained();
    await subject.restore(older);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(restarted).toHaveBeenCalled();
    expect(updater.lag.every(({ events }) => events === 0)).toBe(true);
  });

  it('an older copy is caught up in the middle of work', async () => {
    subject.fill(0, 30);
    subject.rig.start({ limits: { batchEvents: 5 } });
    const copies: unknown[] = [];
    for (let round = 1; round <= 8; round++) {
      subject.fill(20 + 10 * round, 30 + 10 * round);
      copies.push(await subject.copy());
      if (round % 2 === 0) await subject.restore(copies[round >> 1]);
    }
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
  });

  it('all entities are made anew after FLUSHALL, by several updaters', async () => {
    subject.fill(0, 40);
    for (const source of subject.rig.sources) subject.rig.start({ sources: [source] });
    await subject.rig.drained();
    await subject.restore();
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    await subject.restore();
    subject.fill(40, 60);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
  });

  it('a replay of the log equals what was made step by step, byte for byte', async () => {
    const [one, two] = [subject.rig.start({ sources: [0, 2] }), subject.rig.start({ sources: [1] })];
    for (let from = 0; from < 60; from += 4) {
      subject.fill(from, from + 4);
      await subject.rig.drained([from % 3]);
    }
    await subject.rig.drained();
    for (const { updater, ended } of [one, two]) {
      updater.stop();
      await ended;
    }
    const before = await subject.rig.stored();
    expect(await subject.rig.differences()).toEqual({});
    for (const limits of [{ batchEvents: 1 }, { batchEvents: 500, maxRecords: 500 }, { maxRecords: 1 }]) {
      await subject.restore();
      await subject.rig.catchUp({ limits });
      expect(await subject.rig.stored()).toEqual(before);
    }
  });

  it('a position that is no claim holds its source back, until it is gone', async () => {
    subject.fill(0, 10);
    const sources = [{ source: 1, expected: null, next: 'being made anew' }];
    await subject.store.apply({ target: 2, sources, records: [] });
    const halted = vi.fn<UpdaterHooks['halted']>();
    subject.rig.start({ hooks: { halted } });
    await vi.waitFor(() => expect(halted).toHaveBeenCalledWith(1, 'The position in partition 2 is "being made anew"'));
    await subject.rig.drained([0, 2]);
    expect(await subject.store.positions([0, 1, 2], [1])).toEqual([[null], [null], ['being made anew']]);
    await subject.restore();
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
  });
});
