import { binOf } from './model-reference.ts';

/** Counts below this are taken for it, so that an empty bin does not make the index infinite. */
const LEAST_SHARE = 1e-4;
const BINS = 20;

/**
 * Population stability index of `found` against `expected`: the sum over the bins of (p - q) ln(p / q). 0 when the shares are the same; above 0.25 two populations
 * are commonly called different. `found` and `expected` are counts by bin, of the same bins.
 */
export function populationStability(expected: readonly number[], found: readonly number[]): number {
  const [all, allFound] = [totalOf(expected), totalOf(found)];
  if (all === 0 || allFound === 0) return Number.NaN;
  return expected.reduce((index, count, bin) => {
    const q = Math.max(count / all, LEAST_SHARE);
    const p = Math.max((found[bin] ?? 0) / allFound, LEAST_SHARE);
    return index + (p - q) * Math.log(p / q);
  }, 0);
}

/** The index of two lists of values, in bins that hold equally many of the first, as far as equal values allow. NaN has a bin of its own. */
export function stabilityOf(expected: Float64Array, found: Float64Array): number {
  const sorted = expected.filter((value) => !Number.isNaN(value)).toSorted();
  const edges = Array.from(
    { length: BINS - 1 },
    (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)] ?? 0,
  );
  const bins = [...new Set(edges)];
  return populationStability(countsIn(bins, expected), countsIn(bins, found));
}

/** How many values lie in each bin, NaN's last. */
function countsIn(edges: readonly number[], values: Float64Array): number[] {
  const counts = Array.from({ length: edges.length + 2 }, () => 0);
  for (const value of values) {
    const bin = binOf(edges, value);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Sum of counts. */
export function totalOf(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
