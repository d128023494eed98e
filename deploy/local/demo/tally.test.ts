import { expect, test } from 'vitest';
import { NO_ENTITY_MARKS, type Decision, type LogEvent } from '#libs/core';
import { simulate, transactionOf, type SimulatedEvent } from '#libs/simulator';
import { Tally } from './tally.ts';

const [first, second] = [...simulate({ seed: 1, accounts: 5, startMs: Date.UTC(2026, 4, 14), days: 3 })] as [
  SimulatedEvent,
  SimulatedEvent,
];

function made(event: SimulatedEvent, more: Partial<Decision> = {}): LogEvent {
  const decision: Decision = {
    transaction: transactionOf(event),
    outcome: 'approve',
    riskScore: 100,
    probability: 0.01,
    riskLevel: 'low',
    reasons: [],
    explanation: null,
    model: null,
    featureSet: 'f',
    policyVersion: 'p',
    degradedReasons: [],
    vector: new Float32Array(1),
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late: false,
    decidedAtMs: event.eventTimeMs,
    holdExpiresAtMs: null,
    ...more,
  };
  const reducer = { version: 1, allowedLatenessMs: 0, logCap: 64 };
  return { type: 'decision.made', decision, amended: [], expired: [], input: null, reducer };
}

test('a transaction is undecided from the first time that it is sent until its decision is read back', () => {
  const tally = new Tally();
  tally.asked(first, 1_000, 'kafka');
  tally.asked(first, 1_500, 'http');
  tally.asked(second, 2_000, 'http');
  expect([tally.transactions, tally.undecided]).toEqual([2, 2]);
  tally.readBack(made(first), 1_025);
  expect([tally.decided, tally.undecided]).toEqual([1, 1]);
  expect(tally.readBackMs).toMatchObject({ count: 1, max: 25 });
});

test('a second valid decision of a transaction is counted as what must not be', () => {
  const tally = new Tally();
  tally.asked(first, 1_000, 'kafka');
  tally.readBack(made(first), 1_025);
  tally.readBack(made(first), 1_026);
  expect([tally.decided, tally.decidedTwice]).toEqual([1, 1]);
});

test('a copy that is sent after the decision is not waited for', () => {
  const tally = new Tally();
  tally.asked(first, 1_000, 'kafka');
  tally.readBack(made(first), 1_025);
  tally.asked(first, 2_000, 'kafka');
  expect([tally.transactions, tally.undecided]).toEqual([1, 0]);
});

test('the newest hold is shown first, with amount, score and reason', () => {
  const tally = new Tally();
  const reasons = [{ code: 'MODEL_SCORE', text: 'too high', source: 'model' as const }];
  tally.readBack(made(first, { outcome: 'hold', reasons, riskScore: 700 }), 5);
  tally.readBack(made(second, { outcome: 'hold', reasons, riskScore: 800 }), 6);
  const { transaction } = second;
  expect(tally.holds).toBe(2);
  expect(tally.recentHolds[0]).toEqual({
    atMs: 6,
    accountId: transaction.account_id,
    amount: `${(transaction.amount_minor / 100).toFixed(2)} ${transaction.currency}`,
    riskScore: 800,
    reason: 'MODEL_SCORE: too high',
  });
});
