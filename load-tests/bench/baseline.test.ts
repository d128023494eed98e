import { describe, expect, it } from 'vitest';
import { changesBetween } from './baseline.ts';

const stage = (cpuUsPerTransaction: number) => ({ stage: 'commit', cpuUsPerTransaction, fastest: 0, slowest: 0 });

describe('comparison with the baseline', () => {
  const before = { referenceUs: 10, stages: { commit: 100 } };

  it('flags a stage that costs more than a tenth more', () => {
    expect(changesBetween([stage(112)], { before, referenceUs: 10 })).toEqual([
      { stage: 'commit', ratio: 1.12, verdict: 'dearer' },
    ]);
    expect(changesBetween([stage(109)], { before, referenceUs: 10 })[0]?.verdict).toBe('same');
  });

  it('is not misled by a slower machine', () => {
    expect(changesBetween([stage(200)], { before, referenceUs: 20 })[0]?.verdict).toBe('same');
    expect(changesBetween([stage(100)], { before, referenceUs: 20 })[0]?.verdict).toBe('cheaper');
  });

  it('says so when the baseline does not know a stage', () => {
    expect(changesBetween([{ ...stage(1), stage: 'other' }], { before, referenceUs: 10 })).toEqual([
      { stage: 'other', ratio: null, verdict: 'new' },
    ]);
  });
});
