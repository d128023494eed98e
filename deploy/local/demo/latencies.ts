/** Quantiles of a set of latencies, in milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const PRECISION = 1.01;
const SMALLEST_MS = 0.01;
const BUCKETS = 2_000;

/** Any number of latencies in constant memory: buckets of 1 %, from 10 us to an hour. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  add(latencyMs: number): void {
    const place = Math.ceil(Math.log(Math.max(latencyMs, SMALLEST_MS) / SMALLEST_MS) / Math.log(PRECISION));
    const bucket = Math.min(place, BUCKETS - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs, latencyMs);
  }

  /** Zeros while nothing was added. */
  get quantiles(): Quantiles {
    return { count: this.#count, p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: round(this.#maxMs) };
  }

  #quantile(share: number): number {
    if (this.#count === 0) return 0;
    let left = Math.ceil(this.#count * share);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return round(Math.min(this.#maxMs, SMALLEST_MS * PRECISION ** bucket));
    }
    return round(this.#maxMs);
  }
}

/** The latencies of the last seconds. */
export class RecentLatencies {
  readonly #spanMs: number;
  #entries: { readonly atMs: number; readonly latencyMs: number }[] = [];

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  add(atMs: number, latencyMs: number): void {
    this.#entries.push({ atMs, latencyMs });
  }

  quantilesAt(nowMs: number): Quantiles {
    this.#entries = this.#entries.filter(({ atMs }) => atMs > nowMs - this.#spanMs);
    const sorted = this.#entries.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
    const at = (share: number): number => round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
