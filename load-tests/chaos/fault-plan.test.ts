import { expect, test } from 'vitest';
import { deckOf, planFaults } from './fault-plan.ts';

const deck = deckOf({ kill: 6, cut: 3, stop: 1 }, 40);

test('a deck has each fault as often as its weight says, whatever the seed', () => {
  const counts = Object.fromEntries(
    ['kill', 'cut', 'stop'].map((name) => [name, deck.filter((one) => one === name).length]),
  );
  expect(counts).toEqual({ kill: 24, cut: 12, stop: 4 });
  expect(deckOf({ kill: 2, cut: 1 }, 4).toSorted()).toEqual(['cut', 'kill', 'kill', 'kill']);
  expect(deckOf({ kill: 1 }, 0)).toEqual([]);
});

test('a seed gives one plan, another seed another', () => {
  const plan = planFaults(deck, { seconds: 600, seed: 7 });
  expect(planFaults(deck, { seconds: 600, seed: 7 })).toEqual(plan);
  expect(planFaults(deck, { seconds: 600, seed: 8 })).not.toEqual(plan);
});

test('a plan has all of the deck, inside of the run, most of it apart and some of it close behind another', () => {
  const plan = planFaults(deck, { seconds: 600, seed: 7 });
  expect(plan.map(({ name }) => name).toSorted()).toEqual([...deck].toSorted());
  const times = plan.map(({ atSeconds }) => atSeconds);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(6);
  expect(Math.max(...times)).toBeLessThanOrEqual(588);
  const gaps = times
    .toSorted((a, b) => a - b)
    .map((time, i, all) => (i === 0 ? Infinity : time - (all[i - 1] as number)));
  const close = gaps.filter((gap) => gap < 5).length;
  expect(close).toBeGreaterThanOrEqual(2);
  expect(close).toBeLessThanOrEqual(16);
});
