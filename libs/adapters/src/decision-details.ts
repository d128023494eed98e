import { decodeDetail, encodeDetail, isDetailOf } from '#libs/contracts';
import { TransientFault, type Decision, type DetailCache, type Identity, type RecordedVerdict } from '#libs/core';

/** A decision with its place in the log and the hash of its content. */
interface Remembered {
  readonly decision: Decision;
  readonly seq: number;
  readonly content: number;
}

/** Decisions in full, so that a duplicate is answered as the first time. A cache beside the truth: whatever it loses is answered in short. */
export class DecisionDetails {
  readonly #cache: DetailCache;
  readonly #onLost: (cause: TransientFault) => void;
  readonly #writes = new Map<number, Promise<void>>();

  /** `onLost` is told of each batch that could not be kept. */
  constructor(cache: DetailCache, onLost: (cause: TransientFault) => void) {
    this.#cache = cache;
    this.#onLost = onLost;
  }

  /**
   * Keeps the decisions of a batch. The answers need not wait for it: reads of the same store that come later see it. At most one write
   * of a partition is under way; `drain` waits for all.
   */
  keep(partition: number, decisions: readonly Remembered[]): void {
    if (decisions.length === 0) return;
    const before = this.#writes.get(partition);
    const details = decisions.map(({ decision, seq, content }) => ({
      key: keyOf(decision.transaction),
      value: encodeDetail(decision, { seq, content }),
    }));
    const write =
      before === undefined ? this.#put(partition, details) : before.then(() => this.#put(partition, details));
    this.#writes.set(partition, write);
    void write.finally(() => {
      if (this.#writes.get(partition) === write) this.#writes.delete(partition);
    });
  }

  /** The decision that the account's entry is about, in full; undefined when it is no longer kept. */
  async find(
    partition: number,
    identity: Identity,
    entry: { readonly verdict: RecordedVerdict; readonly content: number },
  ): Promise<Decision | undefined> {
    await this.#writes.get(partition);
    const bytes = await this.#get(partition, keyOf(identity));
    const detail = bytes === null ? undefined : decodeDetail(bytes);
    if (detail === undefined || !isDetailOf(detail, entry)) return undefined;
    const { transaction } = detail.decision;
    return keyOf(transaction) === keyOf(identity) ? detail.decision : undefined;
  }

  /** Resolves when every write that was begun is over. */
  async drain(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  async #put(partition: number, details: Parameters<DetailCache['put']>[1]): Promise<void> {
    try {
      await this.#cache.put(partition, details);
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      this.#onLost(error);
    }
  }

  async #get(partition: number, key: string): Promise<Uint8Array | null> {
    try {
      const [bytes] = await this.#cache.get(partition, [key]);
      return bytes ?? null;
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      return null;
    }
  }
}

/** No id contains a `/`. */
function keyOf({ accountId, transactionId, eventType }: Identity): string {
  return `${accountId}/${transactionId}/${eventType}`;
}
