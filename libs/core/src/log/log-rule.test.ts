import { describe, expect, it } from 'vitest';
import { judge } from './log-rule.ts';

const at = { epoch: 3, seq: 10 };

describe('the rule of the log', () => {
  it('takes the next event of the epoch', () => {
    expect(judge(at, { kind: 'event', epoch: 3, seq: 11 })).toBe('valid');
  });

  it.each([
    ['a gap', { kind: 'event', epoch: 3, seq: 12 }],
    ['a repetition', { kind: 'event', epoch: 3, seq: 10 }],
    ['an event of an older epoch', { kind: 'event', epoch: 2, seq: 11 }],
    ['an OPEN of the same epoch', { kind: 'open', epoch: 3, seq: 10 }],
    ['an OPEN that skips an epoch', { kind: 'open', epoch: 5, seq: 10 }],
    ['an OPEN on an older position', { kind: 'open', epoch: 4, seq: 9 }],
    ['an OPEN on a later position', { kind: 'open', epoch: 4, seq: 11 }],
  ] as const)('ignores %s', (_, mark) => {
    expect(judge(at, mark)).toBe('ignored');
  });

  it('takes the OPEN of the next epoch on the present position', () => {
    expect(judge(at, { kind: 'open', epoch: 4, seq: 10 })).toBe('valid');
  });

  it('says when the reader cannot be right: an event of an epoch that it never saw opened', () => {
    expect(judge(at, { kind: 'event', epoch: 4, seq: 11 })).toBe('ahead');
  });
});
