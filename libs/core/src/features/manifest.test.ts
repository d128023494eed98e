import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_FEATURES } from './account-features.ts';
import { FEATURE_INDEX, featureManifestText, FEATURES } from './manifest.ts';

describe('the feature manifest', () => {
  it('lists every row of the catalogue once: what the account says, then what the other entities say', () => {
    const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const rows = FEATURES.map(({ catalogue }) => catalogue);
    const account = [...range(1, 38), 64, 69];
    expect(rows).toEqual([...account, ...range(39, 72).filter((row) => !account.includes(row))]);
    expect(Object.keys(FEATURE_INDEX)).toEqual(FEATURES.map(({ name }) => name));
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
  });

  it('has the hash that models are trained on: a change here needs new models', () => {
    expect(createHash('sha256').update(featureManifestText).digest('hex')).toBe(
      'f7311d9f40bd065f3a3e66845c43ad5cd8dccdf54c0318d948918cecacc3b549',
    );
  });

  it('is canonical: what it says is what it lists, without whose it is and what it means', () => {
    const said = JSON.parse(featureManifestText) as object[];
    expect(FEATURES).toEqual(said.map((feature, i) => ({ ...FEATURES[i], ...feature })));
    for (const member of ['entity', 'meaning']) expect(featureManifestText).not.toContain(`"${member}"`);
  });

  it('says of each what it means, and of which entity it is', () => {
    expect(FEATURES.filter(({ meaning }) => !/^[A-Za-z(].*[.]$/.test(meaning))).toEqual([]);
    const ofOthers = FEATURES.slice(ACCOUNT_FEATURES.length);
    const named = ofOthers.map(({ name }) => /(card|term|device|ip|beneficiary)_/.exec(name)?.[1]);
    expect(ofOthers.map(({ entity }) => entity.replace('terminal', 'term'))).toEqual(named);
  });
});
