import { isTruncated } from '../account/account-state.ts';
import type { AccountWorkspace } from '../account/account-workspace.ts';
import { OBSERVED } from '../account/account-change.ts';
import type { AccountEvent } from '../account/account-event.ts';
import { admit, admitObserved, type Admission, type AdmissionLimits } from '../account/admission.ts';
import { admitAmendment } from '../account/amendment-admission.ts';
import type {
  Amendment,
  AmendmentEffect,
  AppliedAmendment,
  ExpiredAmendment,
  RecordedAmendment,
} from '../account/amendment.ts';
import type { Decision } from '../decision.ts';
import { marksOf } from '../entities/entity-views.ts';
import type { EntityMarks } from '../entities/entity-mark.ts';
import type { Explanation } from '../explain/explanation.ts';
import { LONGEST_AGE_MS } from '../features/ages.ts';
import { computeVector } from '../features/compute-vector.ts';
import type { Label } from '../label.ts';
import type { Transaction } from '../transaction.ts';
import type { ItemResult } from './batch.ts';
import {
  decideTransaction,
  ENTITY_UNREADABLE,
  HISTORY_INCOMPLETE,
  type DecisionContext,
} from './decide-transaction.ts';
import type { KnownEntities } from './known-entities.ts';
import type { ScoringRules } from './scoring-rules.ts';

/** What an account did with what waited for a transaction. */
interface Waited {
  readonly amended: readonly AppliedAmendment[];
  readonly expired: readonly ExpiredAmendment[];
}

/** An item that takes a place in the log. */
export type PlannedEvent =
  | ({ readonly kind: 'decided'; readonly decision: Decision } & Waited)
  | ({ readonly kind: 'recorded'; readonly what: Recorded['what']; readonly effect: AmendmentEffect | null } & Waited);

type Recorded = Extract<ItemResult, { kind: 'recorded' }>;

/** An item's result before the store has given it a sequence number. */
export type PlannedItem = PlannedEvent | Exclude<ItemResult, { kind: 'decided' | 'recorded' }>;

interface OfAccount {
  readonly index: number;
  readonly workspace: AccountWorkspace;
}

/** A transaction that must be scored, or only learnt from, with what its account's log will keep of it. */
export interface TransactionCandidate extends OfAccount {
  readonly kind: 'transaction';
  readonly transaction: Transaction;
  readonly event: AccountEvent;
  readonly observeOnly: boolean;
}

/** A label, a reversal or a refund: `about` is what it came as. */
export interface AmendmentCandidate extends OfAccount {
  readonly kind: 'amendment';
  readonly amendment: Amendment;
  readonly about: { readonly label: Label } | { readonly transaction: Transaction };
}

export type Candidate = TransactionCandidate | AmendmentCandidate;

interface ScoredCandidate extends TransactionCandidate {
  readonly entities: EntityMarks;
  readonly vector: Float32Array;
  readonly late: boolean;
  readonly logTruncated: boolean;
  readonly flaws: readonly string[];
}

/** What planning needs beside the accounts. `score` gives probabilities for `rows` vectors laid end to end. */
export interface PlanContext extends DecisionContext {
  readonly rules: ScoringRules;
  /** The partition's last seq as loaded: item i gets the provisional seq `base + 1 + i`. */
  readonly baseSeq: number;
  readonly partitionFloorMs: number | null;
  /** What is known of the other entities of a transaction that is about to be scored. */
  entitiesOf(candidate: TransactionCandidate): KnownEntities;
  score(vectors: Float32Array, rows: number): Promise<Float32Array | null>;
  /** Why a vector has the probability that `score` gave it. */
  explain(vector: Float32Array): Promise<Explanation | null>;
  /** Called with what needed no score, in the order of items, before what comes after it is planned. */
  settled(candidate: Candidate, item: PlannedItem): void;
  /** Called with the time that passed since the last call, by stage. */
  lap(stage: 'features' | 'model'): void;
}

/**
 * Decides a batch in memory. Accounts go side by side, the items of one account one after the other, each on the state that the one before it
 * left: the k-th transactions of all accounts share one run of the model. `candidates` are in input order; the workspaces are changed.
 */
export async function planCandidates(
  candidates: readonly Candidate[],
  context: PlanContext,
): Promise<Map<number, PlannedItem>> {
  const planned = new Map<number, PlannedItem>();
  let waiting = candidates;
  while (waiting.length > 0) {
    const { wave, later } = nextWave(waiting, context, planned);
    context.lap('features');
    if (wave.length > 0) await scoreWave(wave, context, planned);
    waiting = later;
  }
  return planned;
}

/** Settles what needs no score, and takes at most one transaction of each account to be scored. */
function nextWave(
  waiting: readonly Candidate[],
  context: PlanContext,
  planned: Map<number, PlannedItem>,
): { wave: ScoredCandidate[]; later: Candidate[] } {
  const wave: ScoredCandidate[] = [];
  const later: Candidate[] = [];
  const taken = new Set<AccountWorkspace>();
  for (const candidate of waiting) {
    const { index, workspace } = candidate;
    if (taken.has(workspace)) {
      later.push(candidate);
      continue;
    }
    const settled =
      candidate.kind === 'amendment' ? planAmendment(candidate, context) : planTransaction(candidate, context);
    if (settled.kind !== 'scored') {
      planned.set(index, settled);
      context.settled(candidate, settled);
      continue;
    }
    taken.add(workspace);
    wave.push(settled.scored);
  }
  return { wave, later };
}

function planAmendment({ index, workspace, amendment, about }: AmendmentCandidate, context: PlanContext): PlannedItem {
  const first = workspace.findAmendment(amendment.identity);
  if (first !== null) {
    const { matched, seq } = first;
    const kind = first.content === amendment.content ? 'duplicate' : 'conflict';
    return { kind, ...about, first: { matched, seq } };
  }
  const admission = admitAmendment(workspace.state, amendment, limitsOf(context));
  if (admission !== 'accepted') return { kind: admission, ...about };
  const seq = context.baseSeq + 1 + index;
  const { effect, expired } = workspace.amend({ ...amendment, seq }, context.rules.reducer);
  const what = 'label' in about ? 'label' : takenBackBy(about.transaction);
  return { kind: 'recorded', what, effect, amended: [], expired: placed(expired, context) };
}

function takenBackBy({ eventType }: Transaction): 'reversal' | 'refund' {
  return eventType === 'reversal' ? 'reversal' : 'refund';
}

function planTransaction(
  candidate: TransactionCandidate,
  context: PlanContext,
): PlannedItem | { readonly kind: 'scored'; readonly scored: ScoredCandidate } {
  const { transaction, event, workspace, index } = candidate;
  const first = workspace.find(event.identity);
  if (first !== null) {
    const { outcome, riskScore, seq } = first;
    const kind = first.content === event.content ? 'duplicate' : 'conflict';
    return { kind, transaction, first: { outcome, riskScore, seq } };
  }
  const admission = admissionOf(candidate, context);
  if (admission === 'too_late' || admission === 'from_the_future') return { kind: admission, transaction };
  if (candidate.observeOnly) {
    const seq = context.baseSeq + 1 + index;
    const { amended, expired } = workspace.apply({ ...event, ...OBSERVED, seq }, context.rules.reducer);
    return { kind: 'recorded', what: 'observed', effect: null, amended, expired: placed(expired, context) };
  }
  const { views, isDamaged } = context.entitiesOf(candidate);
  return {
    kind: 'scored',
    scored: {
      ...candidate,
      late: admission === 'late',
      logTruncated: isTruncated(workspace.state, event.eventTimeMs),
      flaws: flawsOf(event, context, isDamaged),
      entities: marksOf(views),
      vector: computeVector(workspace.state, event, views),
    },
  };
}

/** What of the state could not be used, as degraded reasons. */
function flawsOf({ eventTimeMs }: AccountEvent, { partitionFloorMs }: PlanContext, isDamaged: boolean): string[] {
  const isIncomplete = partitionFloorMs !== null && eventTimeMs <= partitionFloorMs + LONGEST_AGE_MS;
  return [...(isIncomplete ? [HISTORY_INCOMPLETE] : []), ...(isDamaged ? [ENTITY_UNREADABLE] : [])];
}

/** A provisional seq is none that the log will have. */
function placed(expired: readonly RecordedAmendment[], { baseSeq }: PlanContext): ExpiredAmendment[] {
  return expired.map((one) => ({ ...one, seq: one.seq > baseSeq ? null : one.seq }));
}

function admissionOf({ workspace, event, observeOnly }: TransactionCandidate, context: PlanContext): Admission {
  const limits = limitsOf(context);
  return observeOnly ? admitObserved(workspace.state, event, limits) : admit(workspace.state, event, limits);
}

function limitsOf({ rules, nowMs, partitionFloorMs }: PlanContext): AdmissionLimits {
  return { ...rules, nowMs, partitionFloorMs };
}

async function scoreWave(
  wave: readonly ScoredCandidate[],
  context: PlanContext,
  planned: Map<number, PlannedItem>,
): Promise<void> {
  const width = (wave[0] as ScoredCandidate).vector.length;
  const vectors = new Float32Array(wave.length * width);
  wave.forEach(({ vector }, row) => vectors.set(vector, row * width));
  const probabilities = await context.score(vectors, wave.length);
  const decisions: Decision[] = [];
  for (const [row, candidate] of wave.entries()) {
    decisions.push(await decideCandidate(candidate, probabilities?.[row] ?? null, context));
  }
  context.lap('model');
  wave.forEach((candidate, row) => {
    const { index, event, workspace } = candidate;
    const decision = decisions[row] as Decision;
    const { outcome, riskScore } = decision;
    const seq = context.baseSeq + 1 + index;
    const { amended, expired } = workspace.apply({ ...event, outcome, riskScore, seq }, context.rules.reducer);
    planned.set(index, { kind: 'decided', decision, amended, expired: placed(expired, context) });
  });
  context.lap('features');
}

/** A hold is explained, which costs as much as hundreds of scores; an approval is not. */
async function decideCandidate(
  candidate: ScoredCandidate,
  probability: number | null,
  context: PlanContext,
): Promise<Decision> {
  const decision = decideTransaction(candidate, { probability, explanation: null }, context);
  if (decision.outcome === 'approve' || decision.probability === null) return decision;
  const explanation = await context.explain(candidate.vector);
  return decideTransaction(candidate, { probability, explanation }, context);
}
