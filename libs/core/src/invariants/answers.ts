import type { Outcome } from '../decision.ts';
import type { Hash64 } from '../hash64.ts';
import { identityKey } from './identity-key.ts';
import type { InputLedger } from './input-ledger.ts';
import { askedKey } from './once.ts';
import type { DecidedFact } from './history-facts.ts';
import type { PartitionHistory } from './partition-history.ts';
import type { Violation } from './violation.ts';

/** What a sender asked over HTTP and was answered, as much of it as the comparison needs. */
export interface AnswerFact {
  readonly identity: Hash64;
  readonly content: number;
  readonly accountId: string;
  readonly transactionId: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly ack: 'state' | 'replica' | 'log';
  /** Only of a 200. */
  readonly answer: {
    readonly evaluation: 'new' | 'duplicate' | 'provisional';
    readonly outcome: Outcome;
    readonly riskScore: number | null;
    /** Of the whole answer but for `evaluation` and timings; null when the detail had expired. */
    readonly fingerprint: string | null;
    readonly decidedAtMs: number | null;
  } | null;
}

/** Why an answer with `ack=state` is not in the log: nothing was published of it, or the transaction was decided anew. */
export type LossReason = 'never_published' | 'decided_anew';

/** How one partition's answers compare with its log. */
export interface ComparedAnswers {
  readonly violations: readonly Violation[];
  /** Answers with `ack=state` that a store took with it when it lost its tail: allowed, and counted. */
  readonly lost: Readonly<Record<LossReason, number>>;
}

/** What answers are compared with. */
export interface AnswerContext {
  readonly history: Pick<PartitionHistory, 'partition' | 'byIdentity' | 'marks'>;
  readonly ledger: InputLedger;
  /** Fingerprints of the recorded decisions that somebody asked for over HTTP, by `identityKey`. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

/**
 * I2: an HTTP answer is what the log says. An answer with `ack=state` may be lost, but only if the partition was opened again after it was given; one
 * with a stronger acknowledgement never. Everything committed is published by now. I6 for 409: there is a first decision, with other content. A provisional answer lies on the input topic.
 */
export function answerViolations(answers: readonly AnswerFact[], context: AnswerContext): ComparedAnswers {
  const violations: Violation[] = [];
  const lost = { never_published: 0, decided_anew: 0 };
  const { partition, byIdentity, marks } = context.history;
  const openings = marks.filter(({ kind }) => kind === 'open');
  const lastOpening = openings.at(-1)?.timestampMs ?? -Infinity;
  const queued = provisionalKeys(answers, context);
  for (const fact of answers) {
    const wrong = differenceOf(fact, byIdentity.get(identityKey(fact.identity)), { ...context, queued });
    if (wrong === null) continue;
    const decidedAtMs = fact.answer?.decidedAtMs ?? null;
    const reopened = decidedAtMs === null ? openings.length > 1 : lastOpening >= decidedAtMs;
    if (wrong.loss !== null && fact.ack === 'state' && reopened) lost[wrong.loss] += 1;
    else {
      const { accountId, transactionId } = fact;
      const { invariant, code, detail } = wrong;
      violations.push({ invariant, code, partition, accountId, transactionId, detail: `${detail} (ack=${fact.ack})` });
    }
  }
  return { violations, lost };
}

interface Difference {
  readonly invariant: 'I2' | 'I6';
  readonly code: string;
  readonly detail: string;
  /** What it is called if the store's loss explains it; null when no loss could. */
  readonly loss: LossReason | null;
}

function differenceOf(
  asked: AnswerFact,
  decided: DecidedFact | undefined,
  context: AnswerContext & { readonly queued: ReadonlySet<string> },
): Difference | null {
  if (asked.status === 409) return conflictDifference(asked, decided);
  const { answer } = asked;
  if (asked.status !== 200 || answer === null) return null;
  if (answer.evaluation === 'provisional') {
    if (context.queued.has(askedKey(asked))) return null;
    const detail = 'Answered provisionally, but the input topic does not have the transaction';
    return { invariant: 'I2', code: 'provisional_not_queued', detail, loss: null };
  }
  if (decided === undefined) {
    const detail = 'Answered with a decision that the log does not have';
    return { invariant: 'I2', code: 'answer_not_in_log', detail, loss: 'never_published' };
  }
  const differs = (what: string): Difference => ({
    invariant: 'I2',
    code: 'answer_differs',
    detail: `Answered with another ${what} than the log has at seq ${decided.seq}`,
    loss: 'decided_anew',
  });
  if (decided.content !== asked.content) return differs('content');
  if (decided.outcome !== answer.outcome) return differs('outcome');
  if (decided.riskScore !== answer.riskScore) return differs('risk score');
  const recorded = context.fingerprints.get(identityKey(asked.identity));
  return answer.fingerprint !== null && answer.fingerprint !== recorded ? differs('detail') : null;
}

function conflictDifference(asked: AnswerFact, decided: DecidedFact | undefined): Difference | null {
  if (decided === undefined) {
    const detail = 'Answered 409, but the log has no first decision of the identity';
    return { invariant: 'I6', code: 'conflict_without_first', detail, loss: 'never_published' };
  }
  if (decided.content !== asked.content) return null;
  const detail = `Answered 409, but its content is that of the first decision, at seq ${decided.seq}`;
  return { invariant: 'I6', code: 'duplicate_refused', detail, loss: 'decided_anew' };
}

/** The transactions on the input topic, if any answer has to be there. */
function provisionalKeys(answers: readonly AnswerFact[], { history, ledger }: AnswerContext): Set<string> {
  const keys = new Set<string>();
  if (!answers.some(({ answer }) => answer?.evaluation === 'provisional')) return keys;
  for (const row of ledger.targeting(history.partition)) {
    const { content } = ledger.record(row);
    if (typeof content !== 'string') keys.add(askedKey({ identity: content.identity, content: content.hash }));
  }
  return keys;
}
