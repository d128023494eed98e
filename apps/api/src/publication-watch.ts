import { homeEpoch, TransientFault, type Clock, type StateStore } from '#libs/core';

/** `changed`: the partition was opened anew since the commit, which may be lost: decide again. `late`: the deadline passed. */
export type Publication = 'published' | 'changed' | 'late';

interface Waiter {
  readonly home: string;
  readonly seq: number;
  readonly deadlineMs: number;
  readonly settle: (publication: Publication) => void;
}

const POLL_MS = 3;

/** Waits until committed decisions have been read back from the log by their partition's owner. All waiters of a partition share one poll. */
export class PublicationWatch {
  readonly #store: Pick<StateStore, 'published'>;
  readonly #clock: Clock;
  readonly #waiters = new Map<number, Set<Waiter>>();

  constructor(store: Pick<StateStore, 'published'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves when `seq`, committed under `home`, is published, or never will be under it, or at `deadlineMs` (monotonic). */
  wait(
    partition: number,
    committed: { readonly home: string; readonly seq: number },
    deadlineMs: number,
  ): Promise<Publication> {
    return new Promise((settle) => {
      const waiter: Waiter = { ...committed, deadlineMs, settle };
      const waiters = this.#waiters.get(partition);
      if (waiters !== undefined) {
        waiters.add(waiter);
        return;
      }
      const first = new Set([waiter]);
      this.#waiters.set(partition, first);
      void this.#poll(partition, first);
    });
  }

  /** Ends when nobody waits any more; every waiter has a deadline. */
  async #poll(partition: number, waiters: Set<Waiter>): Promise<void> {
    while (waiters.size > 0) {
      const published = await this.#read(partition);
      const nowMs = this.#clock.monotonicMs();
      for (const waiter of waiters) {
        const publication = published === null ? undefined : judge(waiter, published);
        const outcome = publication ?? (nowMs >= waiter.deadlineMs ? 'late' : undefined);
        if (outcome === undefined) continue;
        waiters.delete(waiter);
        waiter.settle(outcome);
      }
      if (waiters.size > 0) await this.#clock.sleep(POLL_MS);
    }
    this.#waiters.delete(partition);
  }

  async #read(partition: number): Promise<Awaited<ReturnType<StateStore['published']>> | null> {
    try {
      return await this.#store.published(partition);
    } catch (error) {
      if (error instanceof TransientFault) return null;
      throw error;
    }
  }
}

function judge(
  { home, seq }: Waiter,
  published: { readonly home: string | null; readonly epoch: number; readonly seq: number },
): Publication | undefined {
  if (published.home !== home) return 'changed';
  return published.epoch === homeEpoch(home) && published.seq >= seq ? 'published' : undefined;
}
