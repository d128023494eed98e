import process from 'node:process';

/**
 * How many random histories a property runs: `byDefault`, or that many for every 20,000 that HOLDFAST_HISTORIES asks for, which is how many all of them
 * together run when it is not set.
 */
export function historyRuns(byDefault: number): number {
  const asked = Number(process.env['HOLDFAST_HISTORIES'] ?? DEFAULT_HISTORIES);
  if (!(asked >= 1)) throw new Error('HOLDFAST_HISTORIES is a number of histories');
  return Math.ceil((byDefault * asked) / DEFAULT_HISTORIES);
}

const DEFAULT_HISTORIES = 20_000;
