import { describe, expect, it } from 'vitest';
import type { RejectionReason } from '../decision.ts';
import { DAY_MS } from '../time.ts';
import { refusalViolations, type RefusalRules } from './refusals.ts';
import { accountOf, bytesOf, codesOf, ScriptedPartition, transaction } from './scripted-partition.test-support.ts';

const HOME = 2;
const account = accountOf(HOME);
const t1 = transaction('t1', { account, minute: 5_000 });
const rules = { partitions: 12, topic: 'transactions.v1', allowedLatenessMs: DAY_MS, partitionFloorMs: null };

/** Codes of the rejection of `value` after t1 was decided. */
function refusal(reason: RejectionReason, value: Uint8Array, changed: Partial<RefusalRules> = {}): string[] {
  const partition = new ScriptedPartition(HOME);
  partition.open();
  partition.decide(t1, null);
  partition.reject(reason, value, 0);
  const step = partition.steps[1]!;
  if (step.kind !== 'rejected') throw new Error(step.kind);
  return codesOf(refusalViolations(step, { ...rules, ...changed }));
}

const late = bytesOf(transaction('t2', { account, minute: 1 }));
const early = bytesOf(transaction('t2', { account, minute: 4_990 }));
const conflicting = bytesOf(transaction('t1', { account, minute: 5_000, amountMinor: 2 }));
const nonsense = Buffer.from('{');

describe('a refusal', () => {
  it('is deserved by what is too late, contradicts the first decision, is ahead of the clock, astray, or nonsense', () => {
    expect(refusal('too_late', late)).toEqual([]);
    expect(refusal('identity_conflict', conflicting)).toEqual([]);
    expect(refusal('from_the_future', early)).toEqual([]);
    expect(refusal('wrong_partition', bytesOf(transaction('t2', { account: accountOf(HOME + 1) })))).toEqual([]);
    expect(refusal('malformed', nonsense)).toEqual([]);
  });

  it.each<[RejectionReason, Uint8Array, string]>([
    ['too_late', early, 'I1 refused_too_early'],
    ['too_late', bytesOf(t1), 'I1 known_refused'],
    ['identity_conflict', early, 'I6 conflict_without_first'],
    ['identity_conflict', bytesOf(t1), 'I6 duplicate_refused'],
    ['from_the_future', bytesOf(transaction('t2', { account, minute: -1 })), 'I1 refused_from_the_past'],
    ['wrong_partition', early, 'I1 refused_at_home'],
    ['malformed', early, 'I1 refused_wrongly'],
    ['too_late', nonsense, 'I1 refused_wrongly'],
  ])('as %s is not deserved by this: %#', (reason, value, code) => {
    expect(refusal(reason, value)).toEqual([code]);
  });

  it('of what was once too late is judged by the least lateness ever allowed, and by the floor of a rebuild', () => {
    expect(refusal('too_late', late, { allowedLatenessMs: 30 * DAY_MS })).toEqual(['I1 refused_too_early']);
    expect(refusal('too_late', early, { partitionFloorMs: Infinity })).toEqual([]);
  });
});
