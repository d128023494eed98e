import { admit } from '../account/admission.ts';
import type { Decision } from '../decision.ts';
import { ACCOUNT_FEATURES } from '../features/account-features.ts';
import { accountVector } from '../features/compute-vector.ts';
import { FEATURES } from '../features/manifest.ts';
import type { Policy } from '../policy.ts';
import { decideTransaction, ENTITY_UNREADABLE, HISTORY_INCOMPLETE } from '../score/decide-transaction.ts';
import type { HistoryStep } from './history-facts.ts';
import type { Violation } from './violation.ts';

type DecidedStep = Extract<HistoryStep, { kind: 'decided' }>;

/**
 * I4 and I7, the state's side: a decision's recorded account vector is the one of its account's state at that seq, it is marked late iff it was, and its
 * account could accept it. Only for a decision of this build's feature set.
 */
export function vectorViolations(step: DecidedStep): Violation[] {
  const { made, event, before, seq, offset, partition } = step;
  const { vector, late, transaction } = made.decision;
  const { accountId, transactionId } = transaction;
  const place = { invariant: 'I4', partition, seq, offset, accountId, transactionId } as const;
  const violations: Violation[] = [];
  const differing = firstDifference(accountVector(before, event), vector);
  if (differing !== null) {
    const detail = `The recorded ${differing} is not that of the account's state at this seq`;
    violations.push({ ...place, code: 'vector_differs', detail });
  }
  const admission = admit(before, event, {
    nowMs: Infinity,
    maxFutureSkewMs: 0,
    allowedLatenessMs: made.reducer.allowedLatenessMs,
    partitionFloorMs: null,
  });
  if (admission === 'too_late') {
    violations.push({ ...place, code: 'decided_too_late', detail: 'Decided although its account could not accept it' });
  } else if ((admission === 'late') !== late) {
    violations.push({
      ...place,
      code: 'late_differs',
      detail: `Recorded as ${late ? '' : 'not '}late, which is wrong`,
    });
  }
  return violations;
}

/** The first input that is not as it must be; of the other entities' part, which is as old as the marks say, only that it is there. */
function firstDifference(expected: Float32Array, recorded: Float32Array): string | null {
  if (recorded.length !== FEATURES.length) return `vector of ${recorded.length} values`;
  const a = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
  const b = new Uint32Array(recorded.buffer, recorded.byteOffset, expected.length);
  const at = a.findIndex((bits, i) => bits !== b[i]);
  return at === -1 ? null : (ACCOUNT_FEATURES[at]?.name ?? `value ${at}`);
}

/** A decision with its place in a partition's log. */
export interface PlacedDecision {
  readonly seq: number;
  readonly offset: number;
  readonly decision: Decision;
}

/** I4, the policy's side: the decision is what `policy` makes of its recorded probability. Only for a decision under this very version. */
export function rulingViolations(
  partition: number,
  { seq, offset, decision }: PlacedDecision,
  policy: Policy,
): Violation[] {
  const { model, featureSet, decidedAtMs, transaction } = decision;
  const flaws = [HISTORY_INCOMPLETE, ENTITY_UNREADABLE].filter((flaw) => decision.degradedReasons.includes(flaw));
  const again = decideTransaction({ ...decision, flaws }, decision, {
    policy,
    model,
    featureSet,
    nowMs: decidedAtMs,
  });
  const part = RULED.find((name) => JSON.stringify(decision[name]) !== JSON.stringify(again[name]));
  if (part === undefined) return [];
  const { accountId, transactionId } = transaction;
  const detail = `The recorded ${part} is not what policy ${policy.version} makes of the recorded probability`;
  return [{ invariant: 'I4', code: 'ruling_differs', partition, seq, offset, accountId, transactionId, detail }];
}

const RULED = ['outcome', 'riskScore', 'riskLevel', 'reasons', 'degradedReasons', 'holdExpiresAtMs'] as const;

/** I4, the model's side: `probabilities[i]` is what the decision's own model makes of its recorded vector. Decisions without a score are passed over. */
export function probabilityViolations(
  partition: number,
  decisions: readonly PlacedDecision[],
  probabilities: Float32Array,
): Violation[] {
  return decisions.flatMap(({ seq, offset, decision }, i): Violation[] => {
    const { probability, transaction, model } = decision;
    if (probability === null || probability === probabilities[i]) return [];
    const { accountId, transactionId } = transaction;
    const detail = `The recorded probability is not what model ${model?.id} ${model?.version} makes of the recorded vector`;
    return [{ invariant: 'I4', code: 'probability_differs', partition, seq, offset, accountId, transactionId, detail }];
  });
}
