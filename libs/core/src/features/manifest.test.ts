import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FEATURE_INDEX, featureManifestText, FEATURES } from './manifest.ts';

describe('the feature manifest', () => {
  it('lists rows 1-17, 19-22, 25-27, 29, 30 and 34 of the catalogue, in order, each name once', () => {
    const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(FEATURES.map(({ catalogue }) => catalogue)).toEqual([
      ...range(1, 17),
      ...range(19, 22),
      ...range(25, 27),
      29,
      30,
      34,
    ]);
    expect(Object.keys(FEATURE_INDEX)).toEqual(FEATURES.map(({ name }) => name));
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
  });

  it('has the hash that models are trained on: a change here needs new models', () => {
    expect(createHash('sha256').update(featureManifestText).digest('hex')).toBe(
      'f539364a1cdea731a9dd2ebda62a5fa2b5e68529b0bedd67af6be6595341f2b6',
    );
  });

  it('is canonical: what it says is what it lists', () => {
    expect(JSON.parse(featureManifestText)).toEqual(FEATURES);
  });
});
