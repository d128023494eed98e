import type { BinnedValues, ModelReference } from '#libs/core';
import { record } from './json-fields.ts';

/** Reads `reference` of a manifest. Throws `TypeError` for anything that is none. */
export function parseReference(value: unknown, features: readonly string[]): ModelReference {
  const { rows, features: byName, score } = record(value);
  if (typeof rows !== 'number' || !(rows > 0)) throw new TypeError('reference.rows is not a number of rows');
  const binned = record(byName);
  return { rows, features: features.map((name) => binnedOf(binned[name], name)), score: binnedOf(score, 'score') };
}

function binnedOf(value: unknown, name: string): BinnedValues {
  const { edges, counts, missing } = record(value);
  if (!isNumbers(edges) || !isNumbers(counts) || typeof missing !== 'number') {
    throw new TypeError(`reference has no bins of ${name}`);
  }
  const rising = edges.every((edge, at) => at === 0 || edge > (edges[at - 1] as number));
  if (!rising || counts.length !== edges.length + 1 || [...counts, missing].some((count) => !(count >= 0))) {
    throw new TypeError(`reference has bins of ${name} that cannot be`);
  }
  return { edges, counts, missing };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
