import type { Identity, IssuerOutcome, Label, LabelValue } from '#libs/core';
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
 * is older than the delay. What its issuer did with it says nothing of what it was. Memory follows the number of labelled transactions.
 */
export class LabelTruth {
  readonly asOfMs: number;
  readonly #delayMs: number;
  readonly #said: SaidOfTransactions;

  private constructor({ asOfMs, delayMs }: TruthTimes, said: SaidOfTransactions) {
    this.asOfMs = asOfMs;
    this.#delayMs = delayMs;
    this.#said = said;
  }

  /** Reads labels, which are in the order of their times. `asOfMs` null: as of the last one. Throws `CommandFailed` when that is asked of no labels. */
  static async read(
    labels: AsyncIterable<readonly LabelLine[]>,
    { asOfMs, delayMs }: { readonly asOfMs: number | null; readonly delayMs: number },
  ): Promise<LabelTruth> {
    const said = new SaidOfTransactions();
    let lastMs = -Infinity;
    for await (const block of labels) {
      for (const { parsed } of block) {
        if (!parsed.ok) continue;
        const { reportedAtMs } = parsed.label;
        if (asOfMs !== null && reportedAtMs > asOfMs) continue;
        said.add(parsed.label);
        lastMs = reportedAtMs;
      }
    }
    if (asOfMs === null && lastMs === -Infinity) {
      throw new CommandFailed('The labels hold none: say with --as-of when nothing was known.');
    }
    return new LabelTruth({ asOfMs: asOfMs ?? lastMs, delayMs }, said);
  }

  /** What these labels say, in whatever order they are. */
  static of(labels: readonly Label[], times: TruthTimes): LabelTruth {
    const said = new SaidOfTransactions();
    for (const label of labels.toSorted((a, b) => a.reportedAtMs - b.reportedAtMs)) said.add(label);
    return new LabelTruth(times, said);
  }

  /** null when it is not known yet. */
  of(transaction: Identity & { readonly eventTimeMs: number }): Truth | null {
    const finding = this.#said.findings.get(keyOf(transaction));
    if (finding !== undefined) {
      return { label: finding % 2 === 1 ? 'fraud' : 'genuine', labelledAtMs: Math.floor(finding / 2) };
    }
    return transaction.eventTimeMs < this.asOfMs - this.#delayMs ? { label: 'genuine', labelledAtMs: null } : null;
  }

  /** What its issuer did with it, as the last one who said so; a decline is final. null when nobody has. */
  outcomeOf(transaction: Identity): IssuerOutcome | null {
    return this.#said.outcomes.get(keyOf(transaction)) ?? null;
  }
}

/** What is in force of labels that are taken in in the order of their times, by transaction. */
class SaidOfTransactions {
  /** `reported_at` times two, and one more for a fraud. */
  readonly findings = new Map<string, number>();
  readonly outcomes = new Map<string, IssuerOutcome>();

  add(said: Label): void {
    const { label, reportedAtMs } = said;
    const key = keyOf(said);
    if (label === 'fraud' || label === 'genuine')
      this.findings.set(key, 2 * reportedAtMs + (label === 'fraud' ? 1 : 0));
    else if (this.outcomes.get(key) !== 'declined') this.outcomes.set(key, label);
  }
}

function keyOf({ accountId, transactionId, eventType }: Identity): string {
  return `${accountId}\n${transactionId}\n${eventType}`;
}
