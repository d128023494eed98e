/** Values in bins (edge before, edge], and beyond the last edge. */
export interface BinnedValues {
  /** Rising. */
  readonly edges: readonly number[];
  /** One more than edges. */
  readonly counts: readonly number[];
  /** Values that were NaN. */
  readonly missing: number;
}

/** How a model's inputs and scores lay when it was made: over rows that it was not fitted on. */
export interface ModelReference {
  readonly rows: number;
  /** In the order of the feature manifest. */
  readonly features: readonly BinnedValues[];
  readonly score: BinnedValues;
}

/** The bin of a value, NaN's behind all others. */
export function binOf(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  let [from, to] = [0, edges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (value <= (edges[middle] as number)) to = middle;
    else from = middle + 1;
  }
  return from;
}
