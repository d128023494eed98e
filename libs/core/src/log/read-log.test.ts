import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryLog } from '#libs/testkit';
import { withEpoch } from './epoch-table.ts';
import { LogDiverged, LogFollower } from './log-follower.ts';
import { eventRecord, openRecord, PROTOCOL_VERSION } from './log-record.ts';
import { findStartBefore, findTail, followToEnd, NoVerifiableStart } from './read-log.ts';

const event = { key: null, value: new Uint8Array([1]), headers: {} };

/** What may be appended next, seen from a writer that stands at the true tail or somewhere behind it. */
const step = fc.record({
  kind: fc.constantFrom('event', 'event', 'event', 'event', 'open'),
  staleBy: fc.constantFrom(0, 0, 0, 0, 1, 2),
  offBy: fc.constantFrom(0, 0, 0, 0, 1, -1),
});

/** A log in which zombies, losers of OPENs, gaps and repetitions write beside the owners; every record of an honest writer has a true claim. */
async function writeLog(
  log: InMemoryLog,
  steps: readonly { kind: string; staleBy: number; offBy: number }[],
): Promise<LogFollower> {
  const truth = new LogFollower();
  const past: { epoch: number; seq: number }[] = [];
  for (const { kind, staleBy, offBy } of steps) {
    const from = past.at(-1 - staleBy) ?? truth.position;
    const { claim, lastOpen } = truth;
    const isOpen = kind === 'open' || lastOpen === null;
    const table = withEpoch(lastOpen?.table ?? [], { epoch: from.epoch + 1, base: from.seq });
    const record = isOpen
      ? openRecord({
          epoch: from.epoch + 1,
          base: Math.max(0, from.seq + offBy),
          nonce: `${past.length}`,
          protocolVersion: PROTOCOL_VERSION,
          table,
          claim,
        })
      : eventRecord(event, { epoch: from.epoch, seq: Math.max(0, from.seq + 1 + offBy) }, claim);
    log.write(0, [record]);
    for (const written of log.records(0).slice(-1)) truth.accept(written);
    past.push(truth.position);
  }
  return truth;
}

describe('reading the log from the middle', () => {
  it('comes to the same position as reading from the start, whatever else was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 120 }), async (steps) => {
        const log = new InMemoryLog({ partitions: 1 });
        const truth = await writeLog(log, steps);
        const tail = await findTail(log, 0);
        expect(tail.position).toEqual(truth.position);
        expect(tail.claim).toEqual(truth.claim);
        expect(tail.lastOpen).toEqual(truth.lastOpen);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a start at or before any seq, from which the events after it follow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 120 }), fc.nat(60), async (steps, seq) => {
        const log = new InMemoryLog({ partitions: 1 });
        const truth = await writeLog(log, steps);
        const start = await findStartBefore(log, 0, { seq: Math.min(seq, truth.position.seq), candidate: null });
        if (start === null) throw new Error('an untrimmed log always has a start');
        expect(start.position.seq).toBeLessThanOrEqual(seq);
        await followToEnd(log, 0, start);
        expect(start.position).toEqual(truth.position);
      }),
      { numRuns: 200 },
    );
  });

  it('does not take a claim that the log does not bear out', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    const truth = await writeLog(log, [
      { kind: 'open', staleBy: 0, offBy: 0 },
      ...Array.from({ length: 9 }, () => ({ kind: 'event', staleBy: 0, offBy: 0 })),
    ]);
    log.write(
      0,
      [eventRecord(event, { epoch: 7, seq: 5 }, { offset: 4, epoch: 1, seq: 99, openOffset: 0 })].map((record) => ({
        ...record,
        headers: { ...record.headers, e: '1' },
      })),
    );
    expect((await findTail(log, 0)).position).toEqual(truth.position);
  });

  it('halts on an event of an epoch that was never opened', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    log.write(0, [eventRecord(event, { epoch: 2, seq: 1 }, null)]);
    await expect(findTail(log, 0)).rejects.toBeInstanceOf(LogDiverged);
  });

  it('says when a trimmed log has no start left', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    await writeLog(log, [
      { kind: 'open', staleBy: 0, offBy: 0 },
      ...Array.from({ length: 9 }, () => ({ kind: 'event', staleBy: 0, offBy: 0 })),
    ]);
    log.trim(0, 5);
    await expect(findTail(log, 0)).rejects.toBeInstanceOf(NoVerifiableStart);
  });
});
