import { describe, expect, it } from 'vitest';
import { accountEventOf } from '../account/account-event-of.ts';
import { riskScoreOf } from '../policy.ts';
import { answerViolations, type AnswerFact, type ComparedAnswers } from './answers.ts';
import { identityKey } from './identity-key.ts';
import {
  codesOf,
  hasher,
  PROBABILITY,
  ScriptedPartition,
  START_MS,
  transaction,
} from './scripted-partition.test-support.ts';

const t1 = transaction('t1');
const t2 = transaction('t2');

interface Changes extends Partial<AnswerFact> {
  readonly asked?: typeof t1;
  readonly reopenedAtMs?: number;
  readonly queued?: boolean;
}

/** t1 is in the log, decided over HTTP; `changes` say what the sender has. */
function compare({ asked = t1, reopenedAtMs, queued = false, ...changes }: Changes): ComparedAnswers {
  const partition = new ScriptedPartition();
  partition.open(START_MS - 1);
  const { outcome, riskScore } = partition.decide(t1, null);
  if (reopenedAtMs !== undefined) partition.open(reopenedAtMs);
  if (queued) partition.ask(asked);
  const { identity, content } = accountEventOf(asked, hasher);
  const answer = { evaluation: 'new', outcome, riskScore, fingerprint: 'abc', decidedAtMs: START_MS } as const;
  const { accountId, transactionId } = asked;
  const fact: AnswerFact = {
    identity,
    content,
    accountId,
    transactionId,
    status: 200,
    ack: 'state',
    answer,
    ...changes,
  };
  const fingerprints = new Map([[identityKey(identity), 'abc']]);
  const { history, ledger } = partition;
  return answerViolations([fact], { history, ledger, fingerprints });
}

const answered = (changes: object): Changes => ({
  answer: {
    evaluation: 'new',
    outcome: 'approve',
    riskScore: riskScoreOf(PROBABILITY),
    fingerprint: 'abc',
    decidedAtMs: START_MS,
    ...changes,
  },
});
const codes = (changes: Changes): string[] => codesOf(compare(changes).violations);
const NOTHING_LOST = { never_published: 0, decided_anew: 0 };

describe('an HTTP answer', () => {
  it('is what the log has', () => {
    expect(compare({})).toEqual({ violations: [], lost: NOTHING_LOST });
    expect(codes(answered({ evaluation: 'duplicate', fingerprint: null, decidedAtMs: null }))).toEqual([]);
    expect(codes({ status: 503, answer: null, asked: t2 })).toEqual([]);
    expect(codes({ status: 409, answer: null, content: 1 })).toEqual([]);
  });

  it.each([{ outcome: 'hold' }, { riskScore: 1 }, { fingerprint: 'other' }])(
    'is wrong when it differs: %o',
    (changes) => {
      expect(codes(answered(changes))).toEqual(['I2 answer_differs']);
    },
  );

  it('is wrong when the log has other content under its identity', () => {
    expect(codes({ content: 1 })).toEqual(['I2 answer_differs']);
  });

  it('is wrong when the log does not have it', () => {
    expect(codes({ asked: t2 })).toEqual(['I2 answer_not_in_log']);
  });

  it('may be lost with the store, when it promised no more and the partition was opened again', () => {
    const reopenedAtMs = START_MS + 1;
    expect(compare({ asked: t2, reopenedAtMs })).toMatchObject({ violations: [], lost: { never_published: 1 } });
    expect(compare({ ...answered({ outcome: 'hold' }), reopenedAtMs })).toMatchObject({ lost: { decided_anew: 1 } });
    expect(codes({ asked: t2, reopenedAtMs: START_MS - 1 })).toEqual(['I2 answer_not_in_log']);
    expect(codes({ asked: t2, reopenedAtMs, ack: 'replica' })).toEqual(['I2 answer_not_in_log']);
    expect(codes({ ...answered({ outcome: 'hold' }), reopenedAtMs, ack: 'log' })).toEqual(['I2 answer_differs']);
  });

  it('that is provisional has its transaction on the input topic', () => {
    const provisional = { ...answered({ evaluation: 'provisional' }), asked: t2 };
    expect(codes({ ...provisional, queued: true })).toEqual([]);
    expect(codes(provisional)).toEqual(['I2 provisional_not_queued']);
  });

  it('of 409 stands on a first decision with other content', () => {
    expect(codes({ status: 409, answer: null })).toEqual(['I6 duplicate_refused']);
    expect(codes({ status: 409, answer: null, asked: t2 })).toEqual(['I6 conflict_without_first']);
  });
});
