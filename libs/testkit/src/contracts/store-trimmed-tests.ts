import { expect, it } from 'vitest';
import { applied, commitOf, everything, type StoreSubject, wipeAll, write } from './store-subject.ts';

const CLAIM = '90:3:40:7';

/** What a rebuild from a trimmed log relies on. */
export function trimmedLogTests(subject: StoreSubject): void {
  const { state, partitions, fresh, opened, askRebuild } = subject;

  /** A partition that was wiped under `home`, with the request for a start at `CLAIM`. */
  async function asked() {
    const p = fresh();
    const { home } = await partitions().begin(p, 'n');
    expect(await askRebuild(p, CLAIM)).toBe('asked');
    await wipeAll(partitions(), p, home);
    return { p, home, start: { partition: p, home, request: CLAIM, seq: 40, epoch: 4, floorMs: 1_000 } };
  }

  it('starts a wiped partition where the log begins, once for one request', async () => {
    const { p, home, start } = await asked();
    expect(await partitions().rebuildRequest(p)).toBe(CLAIM);
    expect(await partitions().startTrimmed(start)).toEqual({ status: 'ok' });
    expect(await state().load(p, [])).toMatchObject({ seq: 40, floorMs: 1_000, published: 0 });
    expect(await partitions().deadLetterSeq(p)).toBe(40);
    expect(await partitions().rebuildRequest(p)).toBeNull();
    expect(await partitions().startTrimmed(start)).toEqual({ status: 'not_asked' });
    const step = {
      partition: p,
      home,
      fromSeq: 40,
      toSeq: 41,
      epoch: 4,
      input: new Map(),
      accounts: [applied('a', 41)],
    };
    expect(await partitions().apply(step)).toEqual({ status: 'ok' });
    expect(await partitions().begin(p, 'm')).toMatchObject({ epoch: 4, seq: 41 });
  });

  it('lowers neither the floor nor how far dead letters are copied', async () => {
    const { p, start } = await asked();
    await partitions().startTrimmed({ ...start, floorMs: 5_000 });
    await askRebuild(p, CLAIM);
    await wipeAll(partitions(), p, start.home);
    expect(await state().load(p, [])).toMatchObject({ floorMs: 5_000 });
    expect(await partitions().startTrimmed({ ...start, seq: 30, floorMs: 4_000 })).toEqual({ status: 'ok' });
    expect(await state().load(p, [])).toMatchObject({ seq: 30, floorMs: 5_000 });
    expect(await partitions().deadLetterSeq(p)).toBe(40);
  });

  it('does nothing when another start was agreed to by now', async () => {
    const { p, start } = await asked();
    await askRebuild(p, '95:3:45:7');
    const before = await everything(subject, p, ['a']);
    expect(await partitions().startTrimmed(start)).toEqual({ status: 'not_asked' });
    expect(await everything(subject, p, ['a'])).toEqual(before);
    expect(await partitions().rebuildRequest(p)).toBe('95:3:45:7');
  });

  it('takes it for a bug when the partition is not wiped', async () => {
    const { p, home } = await opened();
    await state().commit(commitOf(p, home, { accounts: [write('a', null)] }));
    const { home: closed } = await partitions().begin(p, 'n');
    await askRebuild(p, CLAIM);
    const before = await everything(subject, p, ['a']);
    const start = { partition: p, home: closed, request: CLAIM, seq: 40, epoch: 4, floorMs: 1 };
    await expect(partitions().startTrimmed(start)).rejects.not.toHaveProperty('name', 'TransientFault');
    expect(await everything(subject, p, ['a'])).toEqual(before);
  });

  it('has no request at first, takes none while the partition is open, and voids one by opening', async () => {
    const { p } = await opened();
    expect(await partitions().rebuildRequest(p)).toBeNull();
    expect(await askRebuild(p, CLAIM)).toBe('open');
    expect(await partitions().rebuildRequest(p)).toBeNull();
    const { home, seq } = await partitions().begin(p, 'n');
    expect(await askRebuild(p, CLAIM)).toBe('asked');
    await partitions().open({ partition: p, home, epoch: 2, base: seq, position: '', lowWatermarks: new Map() });
    expect(await partitions().rebuildRequest(p)).toBeNull();
  });
}
