import { expect, it, vi } from 'vitest';
import { type EntityStore, formatClaim, parseClaim, TransientFault, type UpdaterHooks } from '#libs/core';
import { approved } from '../../src/rig/scripted-log.ts';
import { overriding } from './overriding.ts';
import { describeUpdater, payments } from './updater-subject.ts';

/** Dies like a process: nothing catches it. */
class Killed extends Error {
  override readonly name = 'Killed';
}

describeUpdater('the entity updater', (subject) => {
  it('folds every event once, whatever comes in between', async () => {
    subject.fill(0, 20);
    await subject.rig.catchUp();
    expect(await subject.rig.differences()).toEqual({});
    subject.fill(20, 50);
    const { updater } = subject.rig.start();
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    subject.fill(50, 60);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(updater.lag.map(({ events, seconds }) => [events, seconds])).toEqual(Array(3).fill([0, 0]));
  });

  it('loads and writes an entity once a cycle, however many sources speak of it', async () => {
    subject.fill(0, 9);
    const written: string[] = [];
    const readToEnd = new Set<number>();
    const log = overriding(subject.rig.log, {
      read: async (source, offset, options) => {
        if (offset === 10) readToEnd.add(source);
        return subject.rig.log.read(source, offset, options);
      },
    });
    // The first cycle waits until all sources are read, so that the second takes whatever it has not.
    const store = overriding(subject.store, {
      load: async (asked) => {
        while (readToEnd.size < 3) await subject.rig.ports.clock.sleep(1);
        return subject.store.load(asked);
      },
      apply: async (update) => {
        written.push(...update.records.map(({ key }) => `${key.high}:${key.low}`));
        return subject.store.apply(update);
      },
    });
    await subject.rig.catchUp({ ports: { store, log }, limits: { batchEvents: 100, maxRecords: 100 } });
    expect(written.length).toBeLessThanOrEqual(2 * new Set(written).size);
    expect(await subject.rig.differences()).toEqual({});
  });

  it.each(['before', 'after'] as const)('survives a kill %s any call of the store', async (when) => {
    subject.fill(0, 12);
    for (let fatal = 1; fatal <= 24; fatal++) {
      await subject.restore();
      let calls = 0;
      const dying = async <T>(call: () => Promise<T>): Promise<T> => {
        calls += 1;
        if (calls < fatal) return call();
        if (calls === fatal && when === 'after') await call();
        throw new Killed();
      };
      const store: EntityStore = {
        load: (asked) => dying(() => subject.store.load(asked)),
        positions: (targets, sources) => dying(() => subject.store.positions(targets, sources)),
        apply: (update) => dying(() => subject.store.apply(update)),
      };
      await expect(subject.rig.start({ ports: { store } }).ended).rejects.toThrow(Killed);
      await subject.rig.catchUp();
      expect(await subject.rig.differences()).toEqual({});
    }
  });

  /** Applies what there is to all targets but one, and dies. */
  const leaveBehind = async (behind: number): Promise<void> => {
    const reached = new Set<number>();
    const store = overriding(subject.store, {
      apply: async (update) => {
        if (update.target !== behind) return subject.store.apply(update);
        await vi.waitFor(async () => {
          const positions = await subject.store.positions([0, 1, 2], [0]);
          positions.forEach(([text], target) => (text?.includes(end()) === true ? reached.add(target) : null));
          expect(reached.size).toBe(2);
        });
        throw new Killed();
      },
    });
    const large = { batchEvents: 1_000, maxRecords: 1_000, queueEvents: 1_000, readBytes: 1_000_000 };
    await expect(subject.rig.start({ sources: [0], ports: { store }, limits: large }).ended).rejects.toThrow(Killed);
  };
  const end = (): string => `:1:${subject.rig.script(0).position.seq}:`;

  it('gives each target what it lacks, from nothing on', async () => {
    subject.fill(0, 20, [0]);
    await leaveBehind(2);
    expect((await subject.store.positions([0, 1, 2], [0])).map(([text]) => text === null)).toEqual([
      false,
      false,
      true,
    ]);
    await subject.rig.catchUp({ sources: [0] });
    expect(await subject.rig.differences([0])).toEqual({});
  });

  it('gives each target what it lacks, from where it stands', async () => {
    subject.fill(0, 20, [0]);
    await subject.rig.catchUp({ sources: [0] });
    subject.fill(20, 40, [0]);
    await leaveBehind(1);
    subject.fill(40, 50, [0]);
    await subject.rig.catchUp({ sources: [0] });
    expect(await subject.rig.differences([0])).toEqual({});
  });

  it('knows its own step again when the reply of the store was lost', async () => {
    subject.fill(0, 10);
    let lost = 0;
    const restarted = vi.fn<UpdaterHooks['restarted']>();
    const store = overriding(subject.store, {
      apply: async (update) => {
        const result = await subject.store.apply(update);
        if (update.records.length === 0 || lost === 5) return result;
        lost += 1;
        throw new TransientFault('store_unreachable', 'the reply was lost');
      },
    });
    await subject.rig.catchUp({ ports: { store }, hooks: { restarted } });
    expect(lost).toBe(5);
    expect(restarted).not.toHaveBeenCalled();
    expect(await subject.rig.differences()).toEqual({});
  });

  it('waits while the store is away, and goes on', async () => {
    subject.fill(0, 10);
    let away = true;
    const retried = vi.fn<UpdaterHooks['retried']>();
    const whenThere = <T>(call: () => Promise<T>): Promise<T> =>
      away ? Promise.reject(new TransientFault('store_unreachable', 'away')) : call();
    const store: EntityStore = {
      load: (asked) => whenThere(() => subject.store.load(asked)),
      positions: (targets, sources) => whenThere(() => subject.store.positions(targets, sources)),
      apply: (update) => whenThere(() => subject.store.apply(update)),
    };
    subject.rig.start({ ports: { store }, hooks: { retried } });
    await vi.waitFor(() => expect(retried.mock.calls.length).toBeGreaterThan(5));
    away = false;
    await subject.rig.drained();
    away = true;
    subject.fill(10, 20);
    await vi.waitFor(() => expect(retried.mock.calls.length).toBeGreaterThan(20));
    away = false;
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
  });

  it('moves targets on that no event concerned, past openings too', async () => {
    subject.rig
      .script(0)
      .decide(...payments(0, 0, 1))
      .open();
    await subject.rig.catchUp({ sources: [0] });
    const positions = await subject.store.positions(subject.rig.sources, [0]);
    expect(positions.map(([text]) => parseClaim(text))).toEqual(Array(3).fill({ offset: 3, epoch: 2, seq: 1, openOffset: 2 })); // prettier-ignore
  });

  it('reads no further ahead than it is allowed to', async () => {
    const events = payments(0, 0, 400).map(approved);
    for (let i = 0; i < events.length; i += 20) subject.rig.script(0).append(...events.slice(i, i + 20));
    let furthest = 0;
    const log = overriding(subject.rig.log, {
      read: async (partition, offset, options) => {
        furthest = Math.max(furthest, offset);
        return subject.rig.log.read(partition, offset, options);
      },
    });
    let held = true;
    const store = overriding(subject.store, {
      apply: async (update) => {
        while (held) await subject.rig.ports.clock.sleep(2);
        return subject.store.apply(update);
      },
    });
    subject.rig.start({ sources: [0], ports: { log, store } });
    await vi.waitFor(() => expect(furthest).toBeGreaterThan(30));
    await subject.rig.ports.clock.sleep(50);
    expect(furthest).toBeLessThan(100);
    held = false;
    await subject.rig.drained([0]);
    expect(await subject.rig.differences([0])).toEqual({});
    expect(furthest).toBe(401);
    expect(formatClaim({ offset: 401, epoch: 1, seq: 400, openOffset: 0 })).toBe(
      (await subject.store.positions([0], [0]))[0]?.[0],
    );
  });

  it('ends with what is a bug', async () => {
    subject.fill(0, 3);
    const store = overriding(subject.store, { load: () => Promise.reject(new TypeError('a bug')) });
    await expect(subject.rig.start({ ports: { store } }).ended).rejects.toThrow('a bug');
  });
});
