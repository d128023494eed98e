import type { AccountEvent } from '../account/account-event.ts';
import type { AccountWorkspace } from '../account/account-workspace.ts';
import { admit } from '../account/admission.ts';
import type { Decision } from '../decision.ts';
import { computeVector, LONGEST_AGE_MS } from '../features/compute-vector.ts';
import type { Transaction } from '../transaction.ts';
import { decideTransaction, type DecisionContext } from './decide-transaction.ts';
import type { BatchItem, ItemResult } from './batch.ts';
import type { ScoringRules } from './scoring-rules.ts';

/** An item's result before the store has given it a sequence number. */
export type PlannedItem =
  { readonly kind: 'decided'; readonly decision: Decision } | Exclude<ItemResult, { kind: 'decided' }>;

/** An item that must be scored, with what its account's log will keep of it. */
export interface Candidate {
  readonly index: number;
  readonly transaction: Transaction;
  readonly event: AccountEvent;
  readonly workspace: AccountWorkspace;
}

interface ScoredCandidate extends Candidate {
  readonly vector: Float32Array;
  readonly late: boolean;
  readonly historyIncomplete: boolean;
}

/** What planning needs beside the accounts. `score` gives probabilities for `rows` vectors laid end to end. */
export interface PlanContext extends DecisionContext {
  readonly rules: ScoringRules;
  /** The partition's last seq as loaded: item i gets the provisional seq `base + 1 + i`. */
  readonly baseSeq: number;
  readonly partitionFloorMs: number | null;
  score(vectors: Float32Array, rows: number): Promise<Float32Array | null>;
  /** Called with the time that passed since the last call, by stage. */
  lap(stage: 'features' | 'model'): void;
}

/**
 * Decides a batch in memory. Accounts go side by side, the transactions of one account one after the other, each on the state that the one before it
 * left: the k-th ones of all accounts share one run of the model. `candidates` are in input order; the workspaces are changed.
 */
export async function planTransactions(
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
    const { index, transaction, event, workspace } = candidate;
    if (taken.has(workspace)) {
      later.push(candidate);
      continue;
    }
    const first = workspace.find(event.identity);
    if (first !== null) {
      planned.set(index, { kind: first.content === event.content ? 'duplicate' : 'conflict', transaction, first });
      continue;
    }
    const admission = admit(workspace.state, event, {
      ...context.rules,
      nowMs: context.nowMs,
      partitionFloorMs: context.partitionFloorMs,
    });
    if (admission === 'too_late' || admission === 'from_the_future') {
      planned.set(index, { kind: admission, transaction });
      continue;
    }
    taken.add(workspace);
    const { partitionFloorMs } = context;
    const historyIncomplete = partitionFloorMs !== null && event.eventTimeMs <= partitionFloorMs + LONGEST_AGE_MS;
    const vector = computeVector(workspace.state, event);
    wave.push({ ...candidate, late: admission === 'late', historyIncomplete, vector });
  }
  return { wave, later };
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
  context.lap('model');
  wave.forEach((candidate, row) => {
    const { index, event, workspace } = candidate;
    const decision = decideTransaction(candidate, probabilities?.[row] ?? null, context);
    const { outcome, riskScore } = decision;
    workspace.apply({ ...event, outcome, riskScore, seq: context.baseSeq + 1 + index }, context.rules.reducer);
    planned.set(index, { kind: 'decided', decision });
  });
  context.lap('features');
}

/** The transactions among `items`, with their accounts' workspaces. */
export function candidatesOf(
  items: readonly BatchItem[],
  events: ReadonlyMap<number, AccountEvent>,
  workspaces: ReadonlyMap<string, AccountWorkspace>,
): Candidate[] {
  const candidates: Candidate[] = [];
  items.forEach((item, index) => {
    const event = events.get(index);
    if (item.kind !== 'transaction' || event === undefined) return;
    const workspace = workspaces.get(item.transaction.accountId);
    if (workspace !== undefined) candidates.push({ index, transaction: item.transaction, event, workspace });
  });
  return candidates;
}
