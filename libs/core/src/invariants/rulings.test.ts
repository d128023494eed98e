import { describe, expect, it } from 'vitest';
import type { Decision } from '../decision.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import { probabilityViolations, rulingViolations, vectorViolations } from './rulings.ts';
import { codesOf, PROBABILITY, ScriptedPartition, transaction } from './scripted-partition.test-support.ts';

/** Two decisions on one account, the second as given. */
function second(altered: Partial<Decision> = {}, minute = 10) {
  const partition = new ScriptedPartition();
  partition.open();
  partition.decide(transaction('t1', { minute: 5 }), null);
  partition.decide(transaction('t2', { minute }), null, altered);
  const step = partition.steps[1]!;
  if (step.kind !== 'decided') throw new Error(step.kind);
  return { step, placed: { seq: step.seq, offset: step.offset, decision: step.made.decision } };
}

describe('a recorded decision', () => {
  it('has the vector of its account at its seq', () => {
    expect(vectorViolations(second().step)).toEqual([]);
    expect(vectorViolations(second({}, 1).step)).toEqual([]);
  });

  it('is wrong when one bit of its vector is', () => {
    const { vector } = second().placed.decision;
    const bits = new Uint32Array(vector.slice().buffer);
    bits[6]! ^= 1;
    const violations = vectorViolations(second({ vector: new Float32Array(bits.buffer) }).step);
    expect(codesOf(violations)).toEqual(['I4 vector_differs']);
    expect(violations[0]).toMatchObject({ seq: 2, transactionId: 't2' });
    expect(codesOf(vectorViolations(second({ vector: vector.slice(1) }).step))).toEqual(['I4 vector_differs']);
  });

  it('is wrong when it hides that it came late, or says so without cause', () => {
    expect(codesOf(vectorViolations(second({ late: true }).step))).toEqual(['I4 late_differs']);
    expect(codesOf(vectorViolations(second({ late: false }, 1).step))).toEqual(['I4 late_differs']);
  });

  it('is wrong when its account could not accept it any more', () => {
    expect(codesOf(vectorViolations(second({}, -2 * 24 * 60).step))).toEqual(['I4 decided_too_late']);
  });

  it('is what its policy makes of its probability', () => {
    expect(rulingViolations(0, second().placed, DEFAULT_POLICY)).toEqual([]);
  });

  it.each<Partial<Decision>>([
    { outcome: 'hold' },
    { riskScore: 1 },
    { riskLevel: 'highest' },
    { reasons: [{ code: 'X', text: 'x', source: 'rule' }] },
    { holdExpiresAtMs: 1 },
    { degradedReasons: ['x'] },
    { probability: null },
  ])('is wrong when it was changed: %o', (altered) => {
    expect(codesOf(rulingViolations(0, second(altered).placed, DEFAULT_POLICY))).toEqual(['I4 ruling_differs']);
  });

  it('has the probability that its model gives its vector', () => {
    const { placed } = second();
    expect(probabilityViolations(0, [placed], Float32Array.of(PROBABILITY))).toEqual([]);
    expect(codesOf(probabilityViolations(0, [placed], Float32Array.of(0.5)))).toEqual(['I4 probability_differs']);
    expect(codesOf(probabilityViolations(0, [placed], Float32Array.of(NaN)))).toEqual(['I4 probability_differs']);
  });
});
