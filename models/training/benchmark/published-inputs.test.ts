import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PublishedHandbook } from '../published-inputs.test-support.ts';
import { PUBLISHED_INPUTS, PublishedInputs } from './published-inputs.ts';

const DAY_SECONDS = 86_400;
const rows = fc.array(
  fc.record({
    seconds: fc.integer({ min: 0, max: 60 * DAY_SECONDS }),
    customer: fc.integer({ min: 0, max: 3 }),
    terminal: fc.integer({ min: 0, max: 3 }),
    cents: fc.integer({ min: 0, max: 100_000 }),
    fraud: fc.boolean(),
  }),
  { minLength: 1, maxLength: 200 },
);

test('are those of the definition, with frauds that are reported after a week', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      // One customer twice in one second differs, as a payment does not know of those after it.
      const inOrder = drawn.toSorted((a, b) => a.seconds - b.seconds).map((row, i) => ({ ...row, seconds: row.seconds + i }));
      const lines = inOrder.map(({ seconds, customer, terminal, cents, fraud }, i) =>
        [i, seconds, customer, terminal, (cents / 100).toFixed(2), Number(fraud)].join(','),
      );
      const byDefinition = new PublishedHandbook(lines);
      const inputs = new PublishedInputs();
      for (const [i, { seconds, customer, terminal, cents }] of inOrder.entries()) {
        const payment = { accountId: `c${customer}`, terminalId: `t${terminal}`, eventTimeMs: seconds * 1_000, amount: cents / 100 };
        const isKnownFraud = (row: number): boolean =>
          inOrder[row]?.fraud === true && inOrder[row].seconds + 7 * DAY_SECONDS <= seconds;
        const expected = byDefinition.inputsOf(i);
        const numbers = [
          expected.amount,
          Number(expected.weekend),
          Number(expected.night),
          ...expected.customer.flatMap(({ count, cents: sum }) => [count, sum / count / 100]),
          ...expected.terminal.flatMap(({ count, frauds }) => [count, count === 0 ? 0 : frauds / count]),
        ];
        const taken = inputs.take(payment, isKnownFraud);
        expect(taken).toHaveLength(PUBLISHED_INPUTS.length);
        for (const [place, number] of numbers.entries()) expect(taken[place]).toBeCloseTo(number, 3);
      }
    }),
    { numRuns: 100 },
  );
});
