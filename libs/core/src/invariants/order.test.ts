import { describe, expect, it } from 'vitest';
import type { ValidMark } from './history-facts.ts';
import { inputPositions, orderViolations, positionViolations } from './order.ts';
import { codesOf } from './scripted-partition.test-support.ts';

let offset = 0;
const open = (epoch: number, seq: number): ValidMark => mark('open', epoch, seq, null);
const event = (epoch: number, seq: number, next: number | null = null): ValidMark => mark('event', epoch, seq, next);

function mark(kind: 'open' | 'event', epoch: number, seq: number, next: number | null): ValidMark {
  const input = next === null ? null : { topic: 'in', next };
  return { kind, epoch, seq, offset: offset++, timestampMs: 0, input };
}

describe('the order of a log', () => {
  it('is sound when events are numbered without gap and epochs rise on top of them', () => {
    expect(orderViolations(0, [open(1, 0), event(1, 1, 5), event(1, 2), open(2, 2), event(2, 3, 9)])).toEqual([]);
  });

  it.each([
    ['a number is left out', [open(1, 0), event(1, 1), event(1, 3)], 'seq_gap'],
    ['a number comes twice', [open(1, 0), event(1, 1), event(1, 1)], 'seq_gap'],
    ['an epoch is left out', [open(1, 0), open(3, 0)], 'epoch_jumps'],
    ['an OPEN stands on another seq', [open(1, 0), event(1, 1), open(2, 0), event(2, 1)], 'base_differs'],
    ['an event is of another epoch', [open(1, 0), event(2, 1)], 'epoch_differs'],
    ['an input position falls', [open(1, 0), event(1, 1, 7), event(1, 2, 6)], 'input_falls'],
  ])('is broken when %s', (_, marks, code) => {
    const violations = orderViolations(4, marks);
    expect(codesOf(violations)).toContain(`I5 ${code}`);
    expect(violations[0]).toMatchObject({ partition: 4 });
  });

  it('is broken when offsets fall', () => {
    const [first, second] = [open(1, 0), event(1, 1)];
    expect(codesOf(orderViolations(0, [first, { ...second, offset: first.offset }]))).toEqual(['I5 offset_falls']);
  });
});

describe('the input positions of a store', () => {
  const logged = inputPositions([open(1, 0), event(1, 1, 7), event(1, 2), event(1, 3, 9)]);
  const ends = new Map([['in', 12]]);

  it('lie between what the log has applied and the end of the input', () => {
    for (const position of [9, 12]) {
      expect(positionViolations(0, { logged, stored: new Map([['in', position]]), ends })).toEqual([]);
    }
  });

  it.each([
    ['are behind the log', 8, 'input_behind_log'],
    ['are beyond the end', 13, 'input_beyond_end'],
  ])('are wrong when they %s', (_, position, code) => {
    const stored = new Map([['in', position]]);
    expect(codesOf(positionViolations(0, { logged, stored, ends }))).toEqual([`I5 ${code}`]);
  });
});
