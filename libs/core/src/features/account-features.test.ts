import { describe, expect, it } from 'vitest';
import { ACCOUNT_FEATURE_INDEX, ACCOUNT_FEATURES } from './account-features.ts';

describe('the features of an account', () => {
  it('are rows 1-38, 64 and 69 of the catalogue, in order, each name once', () => {
    const rows = [...Array.from({ length: 38 }, (_, i) => i + 1), 64, 69];
    expect(ACCOUNT_FEATURES.map(({ catalogue }) => catalogue)).toEqual(rows);
    expect(Object.keys(ACCOUNT_FEATURE_INDEX)).toEqual(ACCOUNT_FEATURES.map(({ name }) => name));
    expect(new Set(ACCOUNT_FEATURES.map(({ name }) => name)).size).toBe(rows.length);
  });
});
