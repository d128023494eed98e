import type { LabelLine, ReplayLine, TransactionLine } from './replay-lines.ts';

/**
 * Transactions in their order, which is that of seq, with each label just before the first transaction by which its time has come: of which the
 * greatest event time so far is at or after the label's. So a label is known to every transaction of its own millisecond or later. Labels of after the
 * last transaction come at the end. Holds one block of each.
 */
export async function* mergeByTime(
  transactions: AsyncIterable<readonly TransactionLine[]>,
  labels: AsyncIterable<readonly LabelLine[]>,
): AsyncGenerator<readonly ReplayLine[], void, undefined> {
  const waiting = new LabelFeed(labels);
  await waiting.fill();
  let newestMs = -Infinity;
  for await (const block of transactions) {
    let from = 0;
    for (const [at, { parsed }] of block.entries()) {
      if (!parsed.ok || parsed.transaction.eventTimeMs <= newestMs) continue;
      newestMs = parsed.transaction.eventTimeMs;
      if (waiting.nextMs > newestMs) continue;
      yield block.slice(from, at);
      from = at;
      yield* waiting.upTo(newestMs);
    }
    yield block.slice(from);
  }
  yield* waiting.upTo(Infinity);
}

/** Labels that are not due yet. */
class LabelFeed {
  readonly #blocks: AsyncIterator<readonly LabelLine[]>;
  #block: readonly LabelLine[] = [];
  #at = 0;
  #ended = false;

  constructor(labels: AsyncIterable<readonly LabelLine[]>) {
    this.#blocks = labels[Symbol.asyncIterator]();
  }

  /** When the next one is due; Infinity after the last one. */
  get nextMs(): number {
    return this.#ended ? Infinity : (this.#block[this.#at] as LabelLine).knownAtMs;
  }

  /** Reads until there is a next one. */
  async fill(): Promise<void> {
    while (!this.#ended && this.#at === this.#block.length) {
      const { done, value } = await this.#blocks.next();
      this.#ended = done === true;
      this.#block = done === true ? [] : value;
      this.#at = 0;
    }
  }

  /** Those that are due by `timeMs`. */
  async *upTo(timeMs: number): AsyncGenerator<readonly LabelLine[], void, undefined> {
    while (!this.#ended && this.nextMs <= timeMs) {
      const later = this.#block.findIndex(({ knownAtMs }, at) => at >= this.#at && knownAtMs > timeMs);
      const to = later === -1 ? this.#block.length : later;
      yield this.#block.slice(this.#at, to);
      this.#at = to;
      await this.fill();
    }
  }
}
