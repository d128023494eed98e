import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';

const count = (deck: readonly string[] | undefined, name: string): number =>
  deck?.filter((one) => one === name).length ?? 0;

test('a short run kills a worker three times, Redis twice and the broker once at least', () => {
  const deck = readOptions(['--short'])?.deck;
  expect(count(deck, 'worker kill -9')).toBeGreaterThanOrEqual(3);
  expect(deck?.filter((name) => name.startsWith('redis kill')).length).toBeGreaterThanOrEqual(2);
  expect(count(deck, 'broker kill -9')).toBeGreaterThanOrEqual(1);
});

test('faults are as many as the minutes ask for, of the kinds that are named', () => {
  expect(readOptions(['--minutes', '10', '--faults-per-minute', '4'])?.deck).toHaveLength(40);
  const some = readOptions(['--minutes', '2', '--faults', 'FLUSHALL, worker kill -9'])?.deck;
  expect(new Set(some)).toEqual(new Set(['FLUSHALL', 'worker kill -9']));
  expect(readOptions(['--faults', 'none'])?.deck).toEqual([]);
  expect(readOptions(['--session-timeout', 'default'])?.sessionTimeoutMs).toBe(10_000);
  expect(readOptions(['--help'])).toBeNull();
});

test('what is not understood is refused with what would be', () => {
  expect(() => readOptions(['--faults', 'earthquake'])).toThrow(UsageError);
  expect(() => readOptions(['--minutes', 'x'])).toThrow('--minutes is "x"');
  expect(() => readOptions(['--rate', '0'])).toThrow('from 1 to 10000');
  expect(() => readOptions(['--surprise'])).toThrow(UsageError);
});
