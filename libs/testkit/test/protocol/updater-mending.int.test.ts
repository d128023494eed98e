import { expect, it, vi } from 'vitest';
import { CorruptRecord, type EntityRef, entityName, TransientFault, type UpdaterHooks } from '#libs/core';
import { ListingFold } from '../../src/fakes/listing-fold.ts';
import { overriding } from './overriding.ts';
import { describeUpdater, type UpdaterSubject } from './updater-subject.ts';

const DAMAGED = new TextEncoder().encode('damaged by somebody');

/** Puts bytes in the place of an entity's record, whatever is there; gives what was there. */
async function replace({ store }: UpdaterSubject, entity: EntityRef, record: Uint8Array): Promise<Uint8Array> {
  const target = entity.key.high % 3;
  for (;;) {
    const [[expected = null] = []] = await store.positions([target], [0]);
    const [loaded = null] = await store.load([entity]);
    const sources = [{ source: 0, expected, next: null }];
    const { status } = await store.apply({ target, sources, records: [{ ...entity, loaded, record }] });
    if (status === 'applied') return loaded as Uint8Array;
  }
}

const isDamaged = (record: Uint8Array | null): boolean => record !== null && Buffer.from(record).equals(DAMAGED);

describeUpdater('records of entities that cannot be read', (subject) => {
  /** Entities that every source speaks of, in all targets. */
  const entities = (): EntityRef[] => [...subject.rig.expected().values()].map(({ entity }) => entity);
  const card = (): EntityRef => entities().find(({ kind }) => kind === 'card') as EntityRef;
  const hooks = () => ({
    corrupt: vi.fn<UpdaterHooks['corrupt']>(),
    mended: vi.fn<UpdaterHooks['mended']>(),
    outOfReach: vi.fn<UpdaterHooks['outOfReach']>(),
    retried: vi.fn<UpdaterHooks['retried']>(),
  });
  const settled = async (): Promise<void> => {
    await subject.rig.drained();
    await vi.waitFor(async () => expect(await subject.rig.differences()).toEqual({}), { timeout: 5_000 });
  };

  it('are made anew from the log, each found once, while events go on', async () => {
    subject.fill(0, 20);
    await subject.rig.catchUp();
    const all = entities();
    for (const entity of all) await replace(subject, entity, DAMAGED);
    const told = hooks();
    subject.rig.start({ hooks: told });
    for (let from = 20; from < 60; from += 5) {
      subject.fill(from, from + 5);
      await subject.rig.ports.clock.sleep(2);
    }
    await settled();
    const names = told.corrupt.mock.calls.map(([entity]) => entityName(entity));
    expect(names.toSorted()).toEqual(all.map(entityName).toSorted());
    expect(told.mended.mock.calls.reduce((sum, [records]) => sum + records, 0)).toBe(all.length);
    expect(told.outOfReach).not.toHaveBeenCalled();
    expect(told.retried).not.toHaveBeenCalled();
  });

  it('are made anew by one of the updaters that find them, each with a source of its own', async () => {
    subject.fill(0, 20);
    await subject.rig.catchUp();
    for (const entity of entities()) await replace(subject, entity, DAMAGED);
    const mended = vi.fn<UpdaterHooks['mended']>();
    for (const source of subject.rig.sources) subject.rig.start({ sources: [source], hooks: { mended } });
    subject.fill(20, 60);
    await settled();
    expect(mended.mock.calls.reduce((sum, [records]) => sum + records, 0)).toBe(entities().length);
  });

  it('are not folded over by who has found one damaged that is made anew meanwhile', async () => {
    subject.fill(0, 10);
    await subject.rig.catchUp();
    const whole = await replace(subject, card(), DAMAGED);
    let wasMended = false;
    const store = overriding(subject.store, {
      load: async (asked) => {
        const records = await subject.store.load(asked);
        if (!wasMended && records.some(isDamaged)) {
          wasMended = true;
          await replace(subject, card(), whole);
        }
        return records;
      },
    });
    subject.fill(10, 30);
    const told = hooks();
    await subject.rig.catchUp({ ports: { store }, hooks: told });
    expect(wasMended).toBe(true);
    expect(await subject.rig.differences()).toEqual({});
    expect(told.corrupt).not.toHaveBeenCalled();
  });

  it('are made anew once more when events were applied meanwhile, of any source', async () => {
    subject.fill(0, 10);
    await subject.rig.catchUp();
    await replace(subject, card(), DAMAGED);
    let more = 3;
    const store = overriding(subject.store, {
      apply: async (update) => {
        if (more > 0 && update.records.length > 0 && update.sources.every(({ next }) => next === null)) {
          more -= 1;
          subject.fill(40 - 10 * more, 50 - 10 * more, [more]);
          await subject.rig.drained();
        }
        return subject.store.apply(update);
      },
    });
    subject.fill(10, 20);
    subject.rig.start({ ports: { store } });
    await vi.waitFor(() => expect(more).toBe(0));
    await settled();
  });

  it('are made anew from the start when the store falls back meanwhile', async () => {
    subject.fill(0, 10);
    await subject.rig.catchUp();
    await replace(subject, card(), DAMAGED);
    const older = await subject.copy();
    let fallen = false;
    const store = overriding(subject.store, {
      apply: async (update) => {
        if (!fallen && update.sources.every(({ next }) => next === null)) {
          fallen = true;
          await subject.restore(older);
        }
        return subject.store.apply(update);
      },
    });
    subject.fill(10, 20);
    subject.rig.start({ ports: { store } });
    await vi.waitFor(() => expect(fallen).toBe(true));
    await settled();
  });

  it('stay as they are, told of once, when the log does not reach back', async () => {
    subject.fill(0, 10);
    const lastOpen = subject.rig.log.records(1).length;
    subject.rig.script(1).open();
    for (const from of [10, 12]) subject.fill(from, from + 2, [1]);
    await subject.rig.catchUp();
    const one = card();
    await replace(subject, one, DAMAGED);
    subject.rig.log.trim(1, lastOpen);
    const told = hooks();
    subject.rig.start({ hooks: told });
    for (let from = 10; from < 40; from += 10) {
      subject.fill(from, from + 10, [0, 2]);
      await subject.rig.drained([0, 2]);
      await vi.waitFor(() => expect(told.outOfReach).toHaveBeenCalled());
    }
    expect(told.outOfReach.mock.calls).toEqual([[one]]);
    expect(told.corrupt).toHaveBeenCalledOnce();
    expect(isDamaged((await subject.store.load([one]))[0] ?? null)).toBe(true);
  });

  it('are left alone where a newer release can read them', async () => {
    subject.fill(0, 10);
    await subject.rig.catchUp();
    const one = card();
    await replace(subject, one, DAMAGED);
    let reads = 0;
    class NewerFold extends ListingFold {
      override decode(...[kind, record]: Parameters<ListingFold['decode']>): ReturnType<ListingFold['decode']> {
        if (!isDamaged(record)) return super.decode(kind, record);
        // It comes to be known only while it is being made anew.
        if (++reads > 1) throw new TransientFault('newer_format', 'format 9');
        throw new CorruptRecord('damaged');
      }
    }
    const told = hooks();
    subject.fill(10, 20);
    subject.rig.start({ ports: { fold: new NewerFold() }, hooks: told });
    await vi.waitFor(() => expect(reads).toBeGreaterThan(3));
    await subject.rig.ports.clock.sleep(50);
    expect(isDamaged((await subject.store.load([one]))[0] ?? null)).toBe(true);
    expect(told.mended).not.toHaveBeenCalled();
  });
});
