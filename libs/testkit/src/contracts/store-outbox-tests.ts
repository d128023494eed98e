import { expect, it } from 'vitest';
import { commitOf, events, type StoreSubject } from './store-subject.ts';

/** What a relay relies on. */
export function outboxTests({ state, partitions, opened }: StoreSubject): void {
  it('reads the outbox after a number, whole entries, as many as asked', async () => {
    const { p, home } = await opened();
    for (const count of [2, 3, 1]) await state().commit(commitOf(p, home, { events: events(count) }));
    const lastSeqs = async (afterSeq: number, maxEntries: number) => {
      const read = await partitions().readOutbox(p, home, afterSeq, maxEntries);
      return (
        read.status === 'ok' && [read.seq, ...read.entries.map(({ lastSeq, events: of }) => `${lastSeq}:${of.length}`)]
      );
    };
    expect(await lastSeqs(0, 10)).toEqual([6, '2:2', '5:3', '6:1']);
    expect(await lastSeqs(0, 2)).toEqual([6, '2:2', '5:3']);
    expect(await lastSeqs(3, 10)).toEqual([6, '5:3', '6:1']);
    expect(await lastSeqs(5, 10)).toEqual([6, '6:1']);
    expect(await lastSeqs(6, 10)).toEqual([6]);
  });

  it('notes what is published, makes room in the outbox, and keeps what is asked for', async () => {
    const { p, home } = await opened();
    for (let i = 0; i < 250; i += 1) await state().commit(commitOf(p, home));
    const trim = {
      partition: p,
      home,
      epoch: 1,
      publishedSeq: 240,
      position: '9:1:240:0',
      deadLetterSeq: 17,
      keepFromSeq: 200,
    };
    expect(await partitions().trim(trim)).toEqual({ status: 'ok' });
    expect(await state().published(p)).toEqual({ home, epoch: 1, seq: 240 });
    expect(await partitions().deadLetterSeq(p)).toBe(17);
    const read = await partitions().readOutbox(p, home, 0, 1_000);
    const kept = read.status === 'ok' ? read.entries.map(({ lastSeq }) => lastSeq) : [];
    expect(kept.filter((seq) => seq >= 200)).toEqual(Array.from({ length: 51 }, (_, i) => 200 + i));
    // A store may drop whole blocks only.
    expect(kept.length).toBeLessThanOrEqual(151);
    expect(await state().commit(commitOf(p, home, { events: events(290) }))).toMatchObject({ status: 'committed' });
    expect(await partitions().begin(p, 'n')).toMatchObject({
      position: '9:1:240:0',
      published: { epoch: 1, seq: 240 },
    });
  });

  it('has copied no dead letter at first', async () => {
    const { p } = await opened();
    expect(await partitions().deadLetterSeq(p)).toBe(0);
  });
}
