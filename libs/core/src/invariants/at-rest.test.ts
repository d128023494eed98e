import { describe, expect, it } from 'vitest';
import { label } from '#libs/testkit';
import { labelAmendment } from '../account/amendment-of.ts';
import type { ExpiredAmendment } from '../account/amendment.ts';
import { deadLetterViolations, restViolations, type DeadLetterFact, type StorePosition } from './at-rest.ts';
import { codesOf, fingerprint, hasher, REDUCER, ScriptedPartition, TOPIC } from './scripted-partition.test-support.ts';

const LOG_TOPIC = 'decisions.v1';
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
    codesOf(
      deadLetterViolations(partition.history, letters, { applied: new Map([[TOPIC, 8]]), logTopic: LOG_TOPIC, atRest }),
    );

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

describe('dead letters of labels whose transaction did not come', () => {
  const said = label('nowhere', { minute: 1 });
  const partition = new ScriptedPartition();
  const recorded = { type: 'label.recorded', effect: null, input: null, reducer: REDUCER, recordedAtMs: 0 } as const;
  partition.open();
  partition.appendEvent({ ...recorded, label: said, expired: [] });
  const gone: ExpiredAmendment = { ...labelAmendment(said, hasher), seq: 1 };
  partition.appendEvent({
    ...recorded,
    label: label('elsewhere', { minute: 2 }),
    expired: [gone, { ...gone, seq: null }],
  });
  const letter: DeadLetterFact = {
    topic: LOG_TOPIC,
    partition: 0,
    offset: 1,
    reason: 'unknown_transaction',
    fingerprint: fingerprint({ key: Buffer.from('acct-1'), value: Buffer.from(said.canonicalJson) }),
  };
  const codes = (letters: readonly DeadLetterFact[], atRest = true): string[] =>
    codesOf(deadLetterViolations(partition.history, letters, { applied: new Map(), logTopic: LOG_TOPIC, atRest }));

  it('are asked by the event with which their account has stopped waiting', () => {
    expect(codes([letter])).toEqual([]);
    expect(codes([letter, letter])).toEqual([]);
    expect(codes([])).toEqual(['I9 dead_letter_missing']);
    expect(codes([{ ...letter, fingerprint: 1 }])).toEqual(['I1 dead_letter_altered']);
    expect(codes([letter, { ...letter, offset: 2 }])).toEqual(['I1 dead_letter_unasked']);
    expect(codes([letter, { ...letter, topic: 'labels.v1' }])).toEqual(['I1 dead_letter_unasked']);
  });

  it('may be ahead of what was read of the log, while the service is at work', () => {
    expect(codes([], false)).toEqual([]);
    expect(codes([letter, { ...letter, offset: 2 }], false)).toEqual([]);
  });
});
