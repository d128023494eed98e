import { identityKey } from './identity-key.ts';
import { FATE, type InputLedger } from './input-ledger.ts';
import type { DecidedFact, LabelFact, RejectedFact } from './history-facts.ts';
import type { PartitionHistory } from './partition-history.ts';
import type { Violation } from './violation.ts';

/** I1 and I6 within one partition's log: nothing is decided or recorded twice, no record is rejected twice. */
export function repeatedViolations(
  history: Pick<PartitionHistory, 'partition' | 'decisions' | 'labels' | 'byIdentity' | 'rejections'>,
): Violation[] {
  const violations: Violation[] = [];
  const { partition } = history;
  for (const fact of history.decisions) {
    const first = history.byIdentity.get(identityKey(fact.identity));
    if (first === undefined || first === fact) continue;
    violations.push({
      ...placeOf(partition, fact),
      invariant: 'I1',
      code: 'decided_twice',
      detail: `Decided at seq ${first.seq} and again at seq ${fact.seq}`,
    });
    if (first.content === fact.content) continue;
    violations.push({
      ...placeOf(partition, fact),
      invariant: 'I6',
      code: 'decided_with_other_content',
      detail: `Seq ${fact.seq} decides other content under the identity of seq ${first.seq}`,
    });
  }
  const recordedAt = new Map<string, number>();
  for (const fact of history.labels) {
    const first = recordedAt.get(identityKey(fact.identity));
    recordedAt.set(identityKey(fact.identity), first ?? fact.seq);
    if (first === undefined) continue;
    const detail = `A label is recorded at seq ${first} and again at seq ${fact.seq}`;
    violations.push({ ...placeOf(partition, fact), invariant: 'I1', code: 'label_recorded_twice', detail });
  }
  const rejectedAt = new Map<string, number>();
  for (const { origin, seq, offset } of history.rejections) {
    const key = `${origin.topic}/${origin.partition}/${origin.offset}`;
    const first = rejectedAt.get(key);
    if (first === undefined) rejectedAt.set(key, seq);
    else {
      const detail = `The record ${key} is rejected at seq ${first} and again at seq ${seq}`;
      violations.push({ invariant: 'I1', code: 'rejected_twice', partition, seq, offset, detail });
    }
  }
  return violations;
}

/** What the inputs of one partition came to. */
export interface SettledInputs {
  readonly violations: readonly Violation[];
  /** The decisions that some input record asked for. */
  readonly asked: ReadonlySet<DecidedFact>;
  /** Input records of decided transactions beyond the first of each. */
  readonly duplicates: number;
}

/**
 * I1, the input's side: compares the transactions that `history` has to decide, and the records that it rejects, with the input topic, and marks
 * their fates in `ledger`. `inputLow` is the first offset that the input partition still keeps.
 */
export function settleInputs(
  history: Pick<PartitionHistory, 'partition' | 'byIdentity' | 'rejections'>,
  ledger: InputLedger,
  input: { readonly topic: string; readonly low: number },
): SettledInputs {
  const asked = new Set<DecidedFact>();
  let matched = 0;
  const refused = new Set(history.rejections.map(({ identity }) => (identity === null ? '' : identityKey(identity))));
  for (const row of ledger.targeting(history.partition)) {
    const { partition, content } = ledger.record(row);
    if (typeof content === 'string') continue;
    const key = identityKey(content.identity);
    const fact = history.byIdentity.get(key);
    if (fact?.content === content.hash) {
      ledger.mark(row, FATE.decided);
      asked.add(fact);
      matched += 1;
    } else if (fact !== undefined) ledger.mark(row, FATE.conflicting);
    if (partition !== history.partition && refused.has(key)) ledger.mark(row, FATE.refusedElsewhere);
  }
  const violations: Violation[] = [];
  for (const rejection of history.rejections) {
    if (rejection.origin.topic !== input.topic) continue;
    const violation = rejectionViolation(history.partition, rejection, { ledger, low: input.low });
    if (violation !== null) violations.push(violation);
  }
  return { violations, asked, duplicates: matched - asked.size };
}

function rejectionViolation(
  partition: number,
  { origin, seq, offset, fingerprint }: RejectedFact,
  { ledger, low }: { ledger: InputLedger; low: number },
): Violation | null {
  const say = (code: string, detail: string): Violation => ({ invariant: 'I1', code, partition, seq, offset, detail });
  const name = `the record at offset ${origin.offset} of input partition ${origin.partition}`;
  if (origin.partition !== partition) return say('rejected_elsewhere', `Rejects ${name}, which another log decides`);
  const row = ledger.find(origin.partition, origin.offset);
  if (row === null) return origin.offset < low ? null : say('rejected_unasked', `Rejects ${name}, which is not there`);
  ledger.mark(row, FATE.rejected);
  const isSame = ledger.record(row).fingerprint === fingerprint;
  return isSame ? null : say('rejection_altered', `Holds other bytes than ${name}`);
}

/**
 * I1, the log's side: nothing decided was not asked. `answered` holds what HTTP senders asked (`askedKey`); without it decisions that came over
 * HTTP are only counted. Decisions whose input may be trimmed away are counted too.
 */
export function unaskedViolations(
  history: Pick<PartitionHistory, 'partition' | 'decisions' | 'byIdentity'>,
  asked: ReadonlySet<DecidedFact>,
  sources: { readonly answered: ReadonlySet<string> | null; readonly inputTrimmed: boolean },
): { readonly violations: Violation[]; readonly unattributed: number } {
  const violations: Violation[] = [];
  let unattributed = 0;
  for (const fact of history.decisions) {
    const isFirst = history.byIdentity.get(identityKey(fact.identity)) === fact;
    if (!isFirst || asked.has(fact) || sources.answered?.has(askedKey(fact)) === true) continue;
    if (fact.fromInput ? sources.inputTrimmed : sources.answered === null) unattributed += 1;
    else {
      const door = fact.fromInput ? 'an input topic' : 'HTTP';
      const detail = `Decided as if it had come by ${door}, but neither the input topic nor a sender's record asks for it`;
      violations.push({ ...placeOf(history.partition, fact), invariant: 'I1', code: 'not_asked', detail });
    }
  }
  return { violations, unattributed };
}

/** Identity and content, as a key. */
export function askedKey({ identity, content }: Pick<DecidedFact, 'identity' | 'content'>): string {
  return identityKey(identity) + String.fromCharCode(content >>> 16, content & 0xffff);
}

/**
 * I1 and I5 over the whole input, once every partition's history has been settled: what lies below the input position of its partition is decided
 * or rejected, and what is no transaction is rejected. `applied` gives that position. While the service is at work (`atRest` false), copies of records
 * that lay on another partition than decides them may be under way, so that those are not judged.
 */
export function fateViolations(
  ledger: InputLedger,
  { applied, atRest }: { readonly applied: (partition: number) => number; readonly atRest: boolean },
): Violation[] {
  const violations: Violation[] = [];
  for (let row = 0; row < ledger.size; row++) {
    const { partition, offset, target, content } = ledger.record(row);
    if (offset >= applied(partition) || (!atRest && target !== partition)) continue;
    const fates = ledger.fates(row);
    const isTransaction = typeof content !== 'string';
    const settled = isTransaction ? FATE.decided | FATE.rejected | FATE.refusedElsewhere : FATE.rejected;
    if ((fates & settled) !== 0) continue;
    const what = isTransaction ? `A transaction that partition ${target} decides` : `A record that is ${content}`;
    const rest = (fates & FATE.conflicting) === 0 ? '' : '; other content of its identity is decided';
    const detail = `${what} lies below the input position and has no decision and no rejection${rest}`;
    violations.push({ invariant: 'I5', code: 'input_passed_over', partition, offset, detail });
    if (isTransaction) violations.push({ invariant: 'I1', code: 'not_decided', partition, offset, detail });
  }
  return violations;
}

/** Where a decision stands, for a violation. */
function placeOf(
  partition: number,
  { seq, offset, accountId, transactionId }: DecidedFact | LabelFact,
): Pick<Violation, 'partition' | 'seq' | 'offset' | 'accountId' | 'transactionId'> {
  return { partition, seq, offset, accountId, transactionId };
}
