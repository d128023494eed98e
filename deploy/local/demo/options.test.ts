import { expect, test } from 'vitest';
import { DEFAULTS, parseDemoOptions } from './options.ts';

test('without options it runs until Ctrl-C at the default rate on the data that are there', () => {
  expect(parseDemoOptions([])).toEqual({
    forSeconds: undefined,
    json: false,
    ratePerSecond: DEFAULTS.ratePerSecond,
    accounts: undefined,
    days: undefined,
    seed: undefined,
    fresh: false,
  });
});

test('every option is read', () => {
  const line = '--for 30 --json --rate 80 --accounts 10 --days 2 --seed 7 --fresh';
  expect(parseDemoOptions(line.split(' '))).toEqual({
    forSeconds: 30,
    json: true,
    ratePerSecond: 80,
    accounts: 10,
    days: 2,
    seed: 7,
    fresh: true,
  });
});

test.each([['--for', '0'], ['--rate', 'fast'], ['--accounts', '-1'], ['--days', '1.5'], ['--colour']])(
  '%s %s is refused with a sentence',
  (...args) => {
    expect(() => parseDemoOptions(args)).toThrow(args[0]);
  },
);

test('help wins over everything else', () => {
  expect(parseDemoOptions(['--help', '--json'])).toBe('help');
});
