/** The doors at which recovery is seen. */
export type Door = 'http' | 'kafka';

/** A decision somebody has waited for; times by `performance.now()`. */
export interface SeenDecision {
  readonly door: Door;
  readonly partition: number;
  /** When its transaction was sent. */
  readonly sentAt: number;
  readonly decidedAt: number;
}

/** Until every partition has decided something that was sent after the watch began, in seconds; null while that is not so. */
export class RecoveryWatch {
  readonly sinceAt: number;
  readonly #missing: Record<Door, Set<number>>;
  readonly #seconds: Record<Door, number | null> = { http: null, kafka: null };

  constructor(sinceAt: number, partitions: number) {
    const all = (): Set<number> => new Set(Array.from({ length: partitions }, (_, partition) => partition));
    this.sinceAt = sinceAt;
    this.#missing = { http: all(), kafka: all() };
  }

  see({ door, partition, sentAt, decidedAt }: SeenDecision): void {
    const missing = this.#missing[door];
    if (sentAt < this.sinceAt || !missing.delete(partition) || missing.size > 0) return;
    this.#seconds[door] = round((decidedAt - this.sinceAt) / 1_000);
  }

  get seconds(): Readonly<Record<Door, number | null>> {
    return this.#seconds;
  }

  get isOver(): boolean {
    return this.#seconds.http !== null && this.#seconds.kafka !== null;
  }
}

/** Tells open watches of decisions, and forgets those that have seen enough. */
export class RecoveryWatches {
  readonly #partitions: number;
  readonly #open = new Set<RecoveryWatch>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  since(sinceAt: number): RecoveryWatch {
    const watch = new RecoveryWatch(sinceAt, this.#partitions);
    this.#open.add(watch);
    return watch;
  }

  see(decision: SeenDecision): void {
    for (const watch of this.#open) {
      watch.see(decision);
      if (watch.isOver) this.#open.delete(watch);
    }
  }
}

/** How some measured seconds are spread. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** null without any. Quantiles are measured values: the least that so many of a hundred do not exceed. */
export function spreadOf(seconds: readonly number[]): Spread | null {
  if (seconds.length === 0) return null;
  const sorted = seconds.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { count: sorted.length, p50: quantile(0.5), p99: quantile(0.99), max: sorted.at(-1) as number };
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
