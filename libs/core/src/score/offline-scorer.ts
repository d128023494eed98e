import { AccountWorkspace } from '../account/account-workspace.ts';
import { rowCount } from '../account/event-columns.ts';
import { OVERFLOW_BUCKETS } from '../account/overflow.ts';
import type { Label } from '../label.ts';
import type { Policy } from '../policy.ts';
import type { Model } from '../ports/model.ts';
import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';
import { accountOf, askedItem } from './candidates.ts';
import { type Candidate, planCandidates, type PlannedItem } from './plan-batch.ts';
import type { ScoringRules } from './scoring-rules.ts';

/** What a replay is decided by. */
export interface OfflineSurroundings {
  /** null: nothing is scored, and everything is held as not assessed. */
  readonly model: Model | null;
  readonly featureSet: string;
  readonly hasher: Hasher;
  readonly policy: Policy;
  readonly rules: Pick<ScoringRules, 'reducer' | 'allowedLatenessMs'>;
}

/** One thing of a history. */
export type HistoryItem =
  | { readonly kind: 'transaction'; readonly transaction: Transaction; readonly observeOnly?: boolean }
  | { readonly kind: 'label'; readonly label: Label };

/**
 * Decides a history as the service would, in memory: the same planning, without a store and without a clock. The order given is the order of `seq`. A
 * decision bears its transaction's own time, so that the same history gives the same decisions. Memory follows the number of accounts.
 */
export class OfflineScorer {
  readonly #surroundings: OfflineSurroundings;
  readonly #workspaces = new Map<string, AccountWorkspace>();
  /** Accounts whose overflow records are all loaded, which is to say empty at first. */
  readonly #overflowing = new Set<AccountWorkspace>();
  #seq = 0;

  constructor(surroundings: OfflineSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Accounts seen so far. */
  get accounts(): number {
    return this.#workspaces.size;
  }

  /** Decides the next items; how they are cut into calls makes no difference to the results. */
  async take(items: readonly HistoryItem[]): Promise<readonly PlannedItem[]> {
    const { model, featureSet, policy, rules } = this.#surroundings;
    const candidates = items.map((item, index) => this.#candidate(item, index));
    for (const { workspace } of candidates) this.#prepareOverflow(workspace, items.length);
    const planned = await planCandidates(candidates, {
      policy,
      featureSet,
      rules: { ...rules, maxFutureSkewMs: Infinity },
      model: model?.identity ?? null,
      nowMs: 0,
      baseSeq: this.#seq,
      partitionFloorMs: null,
      score: async (vectors, rows) => (model === null ? null : model.score(vectors, rows)),
      lap: () => undefined,
    });
    this.#seq += items.length;
    return items.map((_, index) => datedByItself(planned.get(index) as PlannedItem));
  }

  #candidate(item: HistoryItem, index: number): Candidate {
    const asked = askedItem({ ...item, original: null }, index, this.#surroundings.hasher);
    if (asked === null) throw new Error('An item of a history asks something of its account');
    const accountId = accountOf(asked);
    const workspace =
      this.#workspaces.get(accountId) ?? new AccountWorkspace(accountId, { version: null, record: null });
    this.#workspaces.set(accountId, workspace);
    return { ...asked, workspace };
  }

  #prepareOverflow(workspace: AccountWorkspace, batchSize: number): void {
    const { events } = workspace.state;
    const canOverflow = rowCount(events) + batchSize > this.#surroundings.rules.reducer.logCap;
    if (!canOverflow || this.#overflowing.has(workspace)) return;
    this.#overflowing.add(workspace);
    for (let bucket = 0; bucket < OVERFLOW_BUCKETS; bucket++) workspace.setOverflow(bucket, null);
  }
}

function datedByItself(item: PlannedItem): PlannedItem {
  if (item.kind !== 'decided') return item;
  const { decision } = item;
  const { eventTimeMs } = decision.transaction;
  const { holdExpiresAtMs } = decision;
  return {
    ...item,
    decision: {
      ...decision,
      decidedAtMs: eventTimeMs,
      holdExpiresAtMs: holdExpiresAtMs === null ? null : eventTimeMs + holdExpiresAtMs,
    },
  };
}
