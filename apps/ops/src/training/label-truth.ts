import type { Identity, LabelValue } from '#libs/core';
import { CommandFailed } from '../failures.ts';
import type { LabelLine } from '../replay/replay-lines.ts';

/** What a transaction is taken to have been. `labelledAtMs` is null when nobody has said so, and the time for that is over. */
export interface Truth {
  readonly label: LabelValue;
  readonly labelledAtMs: number | null;
}

/** When something is taken to be known. */
export interface TruthTimes {
  readonly asOfMs: number;
  /** How long a fraud may take to be reported. */
  readonly delayMs: number;
}

/**
 * What was known of transactions at one time: by the last label that had been reported by then; without any, a transaction counts as genuine once it
 * is older than the delay. Memory follows the number of labelled transactions.
 */
export class LabelTruth {
  readonly asOfMs: number;
  readonly #delayMs: number;
  /** `reported_at` times two, and one more for a fraud. */
  readonly #said: ReadonlyMap<string, number>;

  private constructor({ asOfMs, delayMs }: TruthTimes, said: ReadonlyMap<string, number>) {
    this.asOfMs = asOfMs;
    this.#delayMs = delayMs;
    this.#said = said;
  }

  /** Reads labels, which are in the order of their times. `asOfMs` null: as of the last one. Throws `CommandFailed` when that is asked of no labels. */
  static async read(
    labels: AsyncIterable<readonly LabelLine[]>,
    { asOfMs, delayMs }: { readonly asOfMs: number | null; readonly delayMs: number },
  ): Promise<LabelTruth> {
    const said = new Map<string, number>();
    let lastMs = -Infinity;
    for await (const block of labels) {
      for (const { parsed } of block) {
        if (!parsed.ok) continue;
        const { reportedAtMs, label } = parsed.label;
        if (asOfMs !== null && reportedAtMs > asOfMs) continue;
        said.set(keyOf(parsed.label), 2 * reportedAtMs + (label === 'fraud' ? 1 : 0));
        lastMs = reportedAtMs;
      }
    }
    if (asOfMs === null && lastMs === -Infinity) {
      throw new CommandFailed('The labels hold none: say with --as-of when nothing was known.');
    }
    return new LabelTruth({ asOfMs: asOfMs ?? lastMs, delayMs }, said);
  }

  /** null when it is not known yet. */
  of(transaction: Identity & { readonly eventTimeMs: number }): Truth | null {
    const said = this.#said.get(keyOf(transaction));
    if (said !== undefined) {
      return { label: said % 2 === 1 ? 'fraud' : 'genuine', labelledAtMs: Math.floor(said / 2) };
    }
    return transaction.eventTimeMs < this.asOfMs - this.#delayMs ? { label: 'genuine', labelledAtMs: null } : null;
  }
}

function keyOf({ accountId, transactionId, eventType }: Identity): string {
  return `${accountId}\n${transactionId}\n${eventType}`;
}
