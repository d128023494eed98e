import { AccountWorkspace } from '../account/account-workspace.ts';
import { rowCount } from '../account/event-columns.ts';
import { OVERFLOW_BUCKETS } from '../account/overflow.ts';
import { amendmentChange, transactionChange } from '../entities/entity-change.ts';
import { EntityMemory } from '../entities/entity-memory.ts';
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
 * Decides a history as the service would, in memory: the same planning, without a store and without a clock. The order given is the order of `seq`,
 * and every event has reached the other entities before the next one. A decision bears its transaction's own time, so that the same history gives the
 * same decisions. Memory follows the number of accounts and entities, not the length of the history.
 */
export class OfflineScorer {
  readonly #surroundings: OfflineSurroundings;
  readonly #workspaces = new Map<string, AccountWorkspace>();
  readonly #entities = new EntityMemory();
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

  /** Other entities seen so far. */
  get entities(): number {
    return this.#entities.size;
  }

  /** Decides the next items; how they are cut into calls makes no difference to the results. */
  async take(items: readonly HistoryItem[]): Promise<readonly PlannedItem[]> {
    const results: PlannedItem[] = [];
    let run: Candidate[] = [];
    const accounts = new Set<string>();
    const endRun = async (): Promise<void> => {
      results.push(...(await this.#plan(run)));
      run = [];
      accounts.clear();
    };
    for (const item of items) {
      const candidate = this.#candidate(item, run.length);
      const accountId = accountOf(candidate);
      if (accounts.has(accountId)) await endRun();
      // Only now, when what came before is in the account.
      const standsAlone = isAmendedWhenScored(candidate);
      if (standsAlone) await endRun();
      run.push({ ...candidate, index: run.length });
      accounts.add(accountId);
      if (standsAlone) await endRun();
    }
    await endRun();
    return results;
  }

  /** Plans items of different accounts, which only the other entities connect, or a single one. */
  async #plan(run: readonly Candidate[]): Promise<PlannedItem[]> {
    const { model, featureSet, policy, rules } = this.#surroundings;
    for (const { workspace } of run) this.#prepareOverflow(workspace);
    const planned = await planCandidates(run, {
      policy,
      featureSet,
      rules: { ...rules, maxFutureSkewMs: Infinity },
      model: model?.identity ?? null,
      nowMs: 0,
      baseSeq: this.#seq,
      partitionFloorMs: null,
      entitiesOf: (candidate) => {
        const views = this.#entities.viewsOf(candidate.event.entities);
        this.#follow(candidate);
        return { views, isDamaged: false };
      },
      score: async (vectors, rows) => (model === null ? null : model.score(vectors, rows)),
      explain: async (vector) => (model === null ? null : model.explain(vector)),
      settled: (candidate, item) => this.#followPlanned(candidate, item),
      lap: () => undefined,
    });
    this.#seq += run.length;
    return run.map((candidate, index) => {
      const item = planned.get(index) as PlannedItem;
      if (item.kind === 'decided') this.#followPlanned(candidate, item);
      return datedByItself(item);
    });
  }

  /** The other entities learn of a transaction. */
  #follow({ transaction, event }: Extract<Candidate, { kind: 'transaction' }>): void {
    this.#entities.fold(transactionChange(event, this.#surroundings.hasher.text64(transaction.accountId)));
  }

  /** The other entities learn what became of an item, beyond the transaction itself if it was scored. */
  #followPlanned(candidate: Candidate, item: PlannedItem): void {
    if (item.kind !== 'decided' && item.kind !== 'recorded') return;
    const account = this.#surroundings.hasher.text64(accountOf(candidate));
    if (candidate.kind === 'transaction' && item.kind === 'recorded') this.#follow(candidate);
    const applied = [...item.amended];
    if (candidate.kind === 'amendment' && item.kind === 'recorded' && item.effect !== null) {
      applied.push({ amendment: candidate.amendment, effect: item.effect });
    }
    for (const one of applied) this.#entities.fold(amendmentChange(one, account));
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

  #prepareOverflow(workspace: AccountWorkspace): void {
    const { events } = workspace.state;
    const canOverflow = rowCount(events) + 1 > this.#surroundings.rules.reducer.logCap;
    if (!canOverflow || this.#overflowing.has(workspace)) return;
    this.#overflowing.add(workspace);
    for (let bucket = 0; bucket < OVERFLOW_BUCKETS; bucket++) workspace.setOverflow(bucket, null);
  }
}

/** Whether it takes part in the run of the model, and its account has what waited for it: other entities learn of that only afterwards. */
function isAmendedWhenScored(candidate: Candidate): boolean {
  return candidate.kind === 'transaction' && !candidate.observeOnly && candidate.workspace.state.amendments.pending > 0;
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
