import { accountVector, decodeAccount, encodeAccount, reduce } from '#libs/core';
import { type BenchResult, type Measured, ownCpuUs, summarise } from './measured-cpu.ts';
import { replayHistory } from './replayed-history.ts';
import { type AccountAtWork, accountsAtWork, decided, PARAMETERS, recordBytes } from './simulated-accounts.ts';
import { touchAccounts } from './touched-accounts.ts';

const ROUNDS = 9;
/** Transactions of a commit. */
const BATCH = 64;
const STAGES = ['compute', 'reduce', 'decode', 'encode'] as const;
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
    conditions: {
      accounts: [usual.length, full.length],
      rounds: ROUNDS,
      batch: BATCH,
      population: POPULATION,
      touched: AMONG,
    },
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

/**
 * What a decision does with an account, in batches as commits are, so that each stage finds in the processor's caches what the one before has left there:
 * a state was just decoded when its features are computed.
 */
function stagesOf(accounts: readonly AccountAtWork[], history: string): Measured[] {
  const samples = { compute: [] as number[], reduce: [] as number[], decode: [] as number[], encode: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) {
    const spent = { compute: 0, reduce: 0, decode: 0, encode: 0 };
    for (let from = 0; from < accounts.length; from += BATCH) workOn(accounts.slice(from, from + BATCH), spent);
    if (round < 0) continue;
    for (const stage of STAGES) samples[stage].push(spent[stage] / accounts.length);
  }
  return STAGES.map((stage) => summarise(`${stage}, ${history}`, samples[stage]));
}

/** Adds the processor time of each stage, microseconds, to `spent`. */
function workOn(batch: readonly AccountAtWork[], spent: Record<(typeof STAGES)[number], number>): void {
  const timed = <T>(stage: (typeof STAGES)[number], work: (account: AccountAtWork, i: number) => T): T[] => {
    const before = process.cpuUsage();
    const results = batch.map(work);
    spent[stage] += ownCpuUs(before);
    return results;
  };
  const states = timed('decode', ({ record }) => decodeAccount(record, VERSION));
  timed('compute', ({ event }, i) => accountVector(states[i]!, event));
  const next = timed('reduce', ({ event }, i) => reduce(states[i]!, decided(event, VERSION + 1), PARAMETERS).state);
  timed('encode', (_, i) => encodeAccount(next[i]!, { base: VERSION, last: VERSION + BATCH }));
}

/** No less than the seq of any simulated event. */
const VERSION = 1e9;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function ratio(one: Measured | undefined, other: Measured | undefined): number {
  return (one?.cpuUsPerTransaction ?? NaN) / (other?.cpuUsPerTransaction ?? NaN);
}
