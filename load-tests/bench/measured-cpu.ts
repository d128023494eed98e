/** What one transaction costs in one stage or process, and how far rounds differ. */
export interface Measured {
  readonly stage: string;
  /** Median over the rounds, microseconds of CPU per transaction. */
  readonly cpuUsPerTransaction: number;
  readonly fastest: number;
  readonly slowest: number;
}

/** What a benchmark found, as `--json` prints it. */
export interface BenchResult {
  readonly bench: string;
  /** What has to be the same for two results to be compared by people. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly stages: readonly Measured[];
  /** Whatever is not processor time. */
  readonly figures: Readonly<Record<string, unknown>>;
}

interface Rounds {
  readonly rounds: number;
  /** What one round works through. */
  readonly transactions: number;
  /** Runs before each round and is not measured. */
  readonly before?: () => void;
}

/** Runs `round` until it has been measured `rounds` times after one warm-up. */
export function measureCpu(
  stage: string,
  { rounds, transactions, before: prepare }: Rounds,
  round: () => void,
): Measured {
  prepare?.();
  round();
  const samples = Array.from({ length: rounds }, () => {
    prepare?.();
    const before = process.cpuUsage();
    round();
    return ownCpuUs(before) / transactions;
  });
  return summarise(stage, samples);
}

/** The same for work that waits. */
export async function measureCpuAsync(
  stage: string,
  { rounds, transactions }: Rounds,
  round: () => Promise<void>,
): Promise<Measured> {
  await round();
  const samples: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    await round();
    samples.push(ownCpuUs(before) / transactions);
  }
  return summarise(stage, samples);
}

/** Processor time of this process since `before`, microseconds. */
export function ownCpuUs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Median, least and greatest of some samples of microseconds per transaction. */
export function summarise(stage: string, samples: readonly number[]): Measured {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => round2(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  return { stage, cpuUsPerTransaction: at(0.5), fastest: at(0), slowest: at(1) };
}

/** Two decimals. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
