import type { Replayed } from './replayed.ts';

/** What a replay came to: the same for the same input, model and settings. */
export interface ReplayCounts {
  readonly decided: number;
  readonly held: number;
  /** Transactions that only changed their accounts, by why. */
  readonly recorded: Readonly<Record<string, number>>;
  /** Transactions that did not, by why. */
  readonly refused: Readonly<Record<string, number>>;
  /** Labels by what their accounts answered. */
  readonly labels: Readonly<Record<string, number>>;
  /** Labels, reversals and refunds that have waited for their transactions in vain. */
  readonly expired: number;
}

/** Counts results of a replay, so that every line has its place in some count. */
export class ReplayTally {
  readonly #recorded: Record<string, number> = {};
  readonly #refused: Record<string, number> = {};
  readonly #labels: Record<string, number> = {};
  #decided = 0;
  #held = 0;
  #expired = 0;

  get counts(): ReplayCounts {
    return {
      decided: this.#decided,
      held: this.#held,
      recorded: this.#recorded,
      refused: this.#refused,
      labels: this.#labels,
      expired: this.#expired,
    };
  }

  add(replayed: Replayed): void {
    if (replayed.kind !== 'refused') this.#expired += replayed.expired;
    switch (replayed.kind) {
      case 'decided':
        this.#decided += 1;
        if (replayed.decision.outcome === 'hold') this.#held += 1;
        return;
      case 'recorded':
        return countOne(this.#recorded, replayed.what);
      case 'refused':
        return countOne(this.#refused, replayed.reason);
      case 'label':
        return countOne(this.#labels, replayed.answer);
    }
  }
}

function countOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
