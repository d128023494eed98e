import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimeQueue } from './time-queue.ts';

test('a time queue gives what is due, by time, first in first out among equals', () => {
  const time = fc.integer({ min: 0, max: 4 });
  const push = fc.record({ push: time });
  const steps = fc.array(fc.oneof(push, push, fc.record({ take: time })), { minLength: 20, maxLength: 200 });
  fc.assert(
    fc.property(steps, (script) => {
      const queue = new TimeQueue<number>();
      let model: { timeMs: number; item: number }[] = [];
      for (const [item, step] of script.entries()) {
        if ('push' in step) {
          queue.push(step.push, item);
          model.push({ timeMs: step.push, item });
          continue;
        }
        const due = model.toSorted((a, b) => a.timeMs - b.timeMs || a.item - b.item)[0];
        const expected = due !== undefined && due.timeMs <= step.take ? due : undefined;
        model = model.filter((entry) => entry !== expected);
        expect(queue.takeDue(step.take)).toBe(expected?.item);
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
