import { accountVector, decodeAccount, encodeAccount, reduce } from '#libs/core';
import { type BenchResult, measureCpu, type Measured } from './measured-cpu.ts';
import { replayHistory } from './replayed-history.ts';
import { type AccountAtWork, accountsAtWork, decided, PARAMETERS, recordBytes } from './simulated-accounts.ts';
import { touchAccounts } from './touched-accounts.ts';

const ROUNDS = 9;
const POPULATION = 3000;
const AMONG = [1_000, 10_000, 100_000, 1_000_000];

/** The processor time of what happens to an account for one transaction, by how much it has behind it and by how many there are. */
export async function benchFeatures(): Promise<BenchResult> {
  const usual = accountsAtWork({ count: 1024, events: 100, people: 2 });
  const full = accountsAtWork({ count: 256, events: 512, people: 12 });
  const sizes = recordBytes(POPULATION);
  const touched = touchAccounts(usual, AMONG);
  const replayed = replayHistory();
  const bytesOf = (accounts: readonly AccountAtWork[]): number => median(accounts.map(({ record }) => record.length));
  return {
    bench: 'features',
    conditions: { accounts: [usual.length, full.length], rounds: ROUNDS, population: POPULATION, touched: AMONG },
    stages: [...stagesOf(usual, '100 events'), ...stagesOf(full, '512 events'), ...touched, ...replayed],
    figures: {
      medianRecordBytes: median(sizes),
      recordBytesAt100Events: bytesOf(usual),
      recordBytesAt512Events: bytesOf(full),
      costAtMostAccountsOverLeast: ratio(touched.at(-1), touched[0]),
      replayedPerSecond: replayed.map(({ cpuUsPerTransaction }) => Math.round(1e6 / cpuUsPerTransaction)),
    },
  };
}

function stagesOf(accounts: readonly AccountAtWork[], history: string): Measured[] {
  const scale = { rounds: ROUNDS, transactions: accounts.length };
  let fresh = accounts.map(({ state }) => state);
  const before = (): void => {
    // A state that was just read has room for the next event; one that has been reduced before shares that room.
    fresh = accounts.map(({ record }) => decodeAccount(record, VERSION));
  };
  return [
    measureCpu(`compute, ${history}`, scale, () => {
      for (const { state, event } of accounts) accountVector(state, event);
    }),
    measureCpu(`reduce, ${history}`, { ...scale, before }, () => {
      accounts.forEach(({ event }, i) => reduce(fresh[i]!, decided(event, VERSION + 1), PARAMETERS));
    }),
    measureCpu(`decode, ${history}`, scale, () => {
      for (const { record } of accounts) decodeAccount(record, VERSION);
    }),
    measureCpu(`encode, ${history}`, scale, () => {
      for (const { state } of accounts) encodeAccount(state, { base: VERSION, last: VERSION + 64 });
    }),
  ];
}

/** No less than the seq of any simulated event. */
const VERSION = 1e9;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function ratio(one: Measured | undefined, other: Measured | undefined): number {
  return (one?.cpuUsPerTransaction ?? NaN) / (other?.cpuUsPerTransaction ?? NaN);
}
