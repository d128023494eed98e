/** One line of a benchmark: what was done, how much processor time one transaction took in it, and how far rounds differ. */
export interface Measured {
  readonly stage: string;
  /** Median over the rounds, microseconds of CPU per transaction. */
  readonly cpuUsPerTransaction: number;
  readonly fastest: number;
  readonly slowest: number;
}

/** Runs `round` until it has been measured `rounds` times after one warm-up; `transactions` is what one round works through. */
export function measureCpu(
  stage: string,
  { rounds, transactions }: { rounds: number; transactions: number },
  round: () => void,
): Measured {
  round();
  const samples = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    round();
    return perTransaction(process.cpuUsage(before), transactions);
  });
  return summary(stage, samples);
}

/** The same for work that waits. */
export async function measureCpuAsync(
  stage: string,
  { rounds, transactions }: { rounds: number; transactions: number },
  round: () => Promise<void>,
): Promise<Measured> {
  await round();
  const samples: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    await round();
    samples.push(perTransaction(process.cpuUsage(before), transactions));
  }
  return summary(stage, samples);
}

function perTransaction({ user, system }: NodeJS.CpuUsage, transactions: number): number {
  return (user + system) / transactions;
}

function summary(stage: string, samples: readonly number[]): Measured {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => round2(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  return { stage, cpuUsPerTransaction: at(0.5), fastest: at(0), slowest: at(1) };
}

/** Two decimals. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A table for people. */
export function formatTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  const widths = columns.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name]).length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padEnd(widths[i] as number)).join('  ');
  return [line(columns), ...rows.map((row) => line(columns.map((name) => String(row[name]))))].join('\n');
}
