import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { loadModel } from '#libs/adapters';
import { type Decision, featureManifestText } from '#libs/core';
import { simulate, withLabels } from '#libs/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replay } from './replay.ts';

const DAY_MS = 86_400_000;
const world = { seed: 17, accounts: 600, startMs: Date.UTC(2026, 2, 1), days: 24 };
const TRANSACTIONS = 10_000;
const PATIENCE = 120_000;

let model: Awaited<ReturnType<typeof loadModel>>;
beforeAll(async () => {
  const featureSet = createHash('sha256').update(featureManifestText).digest('hex');
  model = await loadModel(join(import.meta.dirname, '..', 'baseline', '1.0.0'), { featureSet });
});
afterAll(() => model.close());

test(
  'every hold of 10,000 transactions has reasons, and contributions that add up to its score',
  { timeout: PATIENCE },
  async () => {
    const fromMs = world.startMs + 14 * DAY_MS;
    const decisions: Decision[] = [];
    for await (const { event, decision } of replay(withLabels(simulate(world), world), model)) {
      if (event.eventTimeMs >= fromMs) decisions.push(decision);
      if (decisions.length === TRANSACTIONS) break;
    }
    expect(decisions).toHaveLength(TRANSACTIONS);
    const holds = decisions.filter(({ outcome }) => outcome === 'hold');
    expect(holds.length).toBeGreaterThan(50);
    for (const { explanation, probability, reasons } of holds) {
      const logOdds = explanation?.contributions.reduce((sum, part) => sum + part, explanation.bias) ?? NaN;
      // The probability is a float32 number, which is too coarse for log-odds near 1: compared as a probability.
      expect(Math.abs(1 / (1 + Math.exp(-logOdds)) - (probability ?? NaN))).toBeLessThan(1e-4);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.map(({ code }) => code)).not.toContain('UNEXPLAINED');
    }
    expect(decisions.filter(({ outcome, explanation }) => outcome === 'approve' && explanation !== null)).toEqual([]);
  },
);
