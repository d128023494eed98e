import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryLog } from '#libs/testkit';
import { LogDiverged } from './log-follower.ts';
import { eventRecord } from './log-record.ts';
import { findStartBefore, findTail, followToEnd, NoVerifiableStart } from './read-log.ts';
import { event, step, writeLog } from './written-log.test-support.ts';

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
