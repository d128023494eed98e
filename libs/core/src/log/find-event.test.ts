import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { InMemoryLog } from '#libs/testkit';
import { findEvent } from './find-event.ts';
import { LogFollower } from './log-follower.ts';
import { step, writeLog } from './written-log.test-support.ts';

const SMALL = { readThrough: 3, probed: 4 };

it('finds each event that is valid, whatever lies around it, and none that is not there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 120 }), async (steps) => {
      const log = new InMemoryLog({ partitions: 1 });
      const truth = await writeLog(log, steps);
      const follower = new LogFollower();
      for (const record of log.records(0)) {
        const followed = follower.accept(record);
        if (followed.kind !== 'event') continue;
        expect(await findEvent(log, { partition: 0, seq: followed.seq }, SMALL)).toEqual(record);
      }
      expect(await findEvent(log, { partition: 0, seq: truth.position.seq + 1 }, SMALL)).toBeNull();
      expect(await findEvent(log, { partition: 0, seq: 0 }, SMALL)).toBeNull();
    }),
    { numRuns: 100 },
  );
});

it('reads some twenty stretches of a long log, and says when an event was trimmed away', async () => {
  const log = new InMemoryLog({ partitions: 1 });
  const steps = Array.from({ length: 20_000 }, (_, i) => ({
    kind: i % 900 === 0 ? 'open' : 'event',
    staleBy: 0,
    offBy: 0,
  }));
  await writeLog(log, steps);
  let reads = 0;
  const counted = {
    topic: log.topic,
    watermarks: (partition: number) => log.watermarks(partition),
    read: (...asked: Parameters<InMemoryLog['read']>) => (reads++, log.read(...asked)),
    append: (...asked: Parameters<InMemoryLog['append']>) => log.append(...asked),
  };
  expect((await findEvent(counted, { partition: 0, seq: 7_777 }, { readThrough: 100, probed: 50 }))?.headers['s']).toBe(
    '7777',
  );
  expect(reads).toBeLessThan(60);
  log.trim(0, 10_000);
  expect(await findEvent(log, { partition: 0, seq: 7_777 })).toBeNull();
});
