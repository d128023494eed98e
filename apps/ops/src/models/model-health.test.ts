import { describe, expect, it } from 'vitest';
import { type Decision, FEATURES, type ModelReference } from '#libs/core';
import { complaintsOf, HealthCount } from './model-health.ts';

const even = { edges: [0.25, 0.5, 0.75], counts: [250, 250, 250, 250], missing: 0 };
const reference: ModelReference = { rows: 1_000, features: FEATURES.map(() => even), score: even };

/** Decisions whose inputs and scores lie evenly in (0, 1]. */
function evenly(rows: number, change: (n: number) => { vector?: Float32Array; isFraud?: boolean | null } = () => ({})) {
  const count = new HealthCount(reference);
  for (let n = 0; n < rows; n += 1) {
    const value = (n + 0.5) / rows;
    const { vector = new Float32Array(FEATURES.length).fill(value), isFraud = null } = change(n);
    const decision = { vector, probability: value, outcome: value > 0.9 ? 'hold' : 'approve' } as Decision;
    count.add({ decision, isFraud });
  }
  return count.health;
}

describe('the health of a model', () => {
  it('is good while what comes looks like what it was made on', () => {
    const health = evenly(1_000, (n) => ({ isFraud: (n * 7_919) % 1_000 < n }));
    expect(health).toMatchObject({ decisions: 1_000, holds: 100, score: { quantiles: { p50: 0.5005, p99: 0.9905 } } });
    expect(complaintsOf(health)).toEqual([]);
    const last = health.calibration.reliability.at(-1);
    expect(last?.decisions).toBe(400);
    expect(last?.observed).toBeCloseTo(last?.predicted ?? 0, 1);
  });

  it('names the inputs that have moved, the farthest first', () => {
    const health = evenly(1_000, (n) => {
      const vector = new Float32Array(FEATURES.length).fill((n + 0.5) / 1_000);
      vector[3] = 0.1;
      vector[5] = n % 2 === 0 ? Number.NaN : (n + 0.5) / 1_000;
      return { vector };
    });
    const complaints = complaintsOf(health);
    expect(complaints).toHaveLength(2);
    expect(complaints[0]).toContain(FEATURES[3]?.name);
    expect(complaints[1]).toContain(FEATURES[5]?.name);
    expect(health.features[1]).toMatchObject({ missingShare: 0.5, missingShareThen: 0 });
  });

  it('is bad when twice as many frauds come as were promised, or half', () => {
    expect(complaintsOf(evenly(1_000, () => ({ isFraud: true })))).toEqual([]);
    expect(complaintsOf(evenly(1_000, (n) => ({ isFraud: n % 5 === 0 })))).toEqual(['the probabilities promised 500 frauds, and 200 came']); // prettier-ignore
  });

  it('says so when there is nothing to look at', () => {
    expect(complaintsOf(evenly(0))).toEqual(['there are no decisions of this model']);
  });
});
