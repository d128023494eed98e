import { describe, expect, it } from 'vitest';
import { deadLetterViolations, restViolations, type DeadLetterFact, type StorePosition } from './at-rest.ts';
import { codesOf, fingerprint, ScriptedPartition, TOPIC } from './scripted-partition.test-support.ts';

const RESTING: StorePosition = {
  home: 'a1:b2:1:3',
  seq: 40,
  published: { epoch: 3, seq: 40 },
  input: new Map([[TOPIC, 50]]),
  deadLetterSeq: 40,
  floorMs: null,
};

describe('a partition at rest', () => {
  const codes = (changes: Partial<StorePosition>): string[] => {
    const store = { ...RESTING, ...changes };
    return codesOf(restViolations(0, { store, log: { epoch: 3, seq: 40 }, ends: new Map([[TOPIC, 50]]) }));
  };

  it('is open, has published everything and applied everything', () => {
    expect(codes({})).toEqual([]);
  });

  it.each<[string, Partial<StorePosition>, string]>([
    ['closed', { home: null }, 'not_open'],
    ['being opened', { home: 'closed:x:a1:b2' }, 'not_open'],
    ['open under an epoch that lost', { home: 'a1:b2:1:2' }, 'other_epoch'],
    ['ahead of the log', { seq: 41, published: { epoch: 3, seq: 41 } }, 'unpublished'],
    ['behind the log', { seq: 39, published: { epoch: 3, seq: 39 } }, 'store_behind'],
    ['not told of what is published', { published: { epoch: 3, seq: 39 } }, 'not_noted'],
    ['behind its input', { input: new Map([[TOPIC, 49]]) }, 'lag'],
    ['without an input position', { input: new Map() }, 'lag'],
  ])('is not %s', (_, changes, code) => {
    expect(codes(changes)).toEqual([`I9 ${code}`]);
  });
});

describe('dead letters', () => {
  const value = Buffer.from('{');
  const partition = new ScriptedPartition();
  partition.open();
  partition.reject('malformed', value, 7);
  const letter: DeadLetterFact = {
    topic: TOPIC,
    partition: 0,
    offset: 7,
    reason: 'malformed',
    fingerprint: fingerprint({ key: null, value }),
  };
  const codes = (letters: readonly DeadLetterFact[], atRest = true): string[] =>
    codesOf(deadLetterViolations(partition.history, letters, { applied: 8, atRest }));

  it('are copies of the rejections, one or more each', () => {
    expect(codes([letter])).toEqual([]);
    expect(codes([letter, letter])).toEqual([]);
  });

  it('are wrong when one is missing, altered or without a cause', () => {
    expect(codes([])).toEqual(['I9 dead_letter_missing']);
    expect(codes([], false)).toEqual([]);
    expect(codes([{ ...letter, fingerprint: 1 }])).toEqual(['I1 dead_letter_altered']);
    expect(codes([{ ...letter, reason: 'too_late' }])).toEqual(['I1 dead_letter_altered']);
    expect(codes([letter, { ...letter, offset: 8 }])).toEqual(['I1 dead_letter_unasked']);
    expect(codes([letter, { ...letter, offset: 6 }], false)).toEqual(['I1 dead_letter_unasked']);
    expect(codes([letter, { ...letter, offset: 8 }], false)).toEqual([]);
  });
});
