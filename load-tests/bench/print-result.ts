import process from 'node:process';
import type { StageChange } from './baseline.ts';
import type { BenchResult, Measured } from './measured-cpu.ts';

/** A result on stdout: a table for people, or one JSON line. */
export function printResult(printed: {
  readonly result: BenchResult;
  readonly reference: Measured;
  readonly changes: readonly StageChange[] | null;
  readonly json: boolean;
}): void {
  const { result, reference, changes, json } = printed;
  const comparison = { reference, changes, node: process.version };
  if (json) return void process.stdout.write(`${JSON.stringify({ ...result, ...comparison })}\n`);
  const rows = [...result.stages, reference].map(({ stage, cpuUsPerTransaction, fastest, slowest }) => ({
    stage,
    'CPU us/tx': cpuUsPerTransaction,
    range: `${fastest} - ${slowest}`,
    'against baseline': changeText(changes?.find((change) => change.stage === stage)),
  }));
  const others = Object.entries({ ...result.figures, ...result.conditions });
  const lines = others.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  process.stdout.write(`${formatTable(rows)}\n\n${lines.join('\n')}\n`);
}

function changeText(change: StageChange | undefined): string {
  if (change === undefined || change.ratio === null) return '';
  const percent = Math.round(100 * (change.ratio - 1));
  return `${percent >= 0 ? '+' : ''}${percent} %${change.verdict === 'same' ? '' : `, ${change.verdict}`}`;
}

function formatTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const columns = Object.keys(first);
  const widths = columns.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name]).length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((name) => String(row[name]))))].join('\n');
}
