import { readFile, writeFile } from 'node:fs/promises';
import { round2, type BenchResult, type Measured } from './measured-cpu.ts';

/** By bench: what a stage cost when the baseline was made, and how fast the machine was then. */
type Baseline = Readonly<Record<string, BaselineEntry>>;

interface BaselineEntry {
  readonly conditions: BenchResult['conditions'];
  readonly referenceUs: number;
  readonly stages: Readonly<Record<string, number>>;
}

/** A change of more than this is flagged. */
const NOTABLE_CHANGE = 0.1;

/** One stage now and in the baseline, both in units of the reference work. */
export interface StageChange {
  readonly stage: string;
  /** 1.2: a fifth dearer than the baseline, at equal speed of the machine. null when the baseline has no such stage. */
  readonly ratio: number | null;
  readonly verdict: 'same' | 'dearer' | 'cheaper' | 'new';
}

const file = new URL('./baseline.json', import.meta.url);

/** How a result differs from the committed baseline; null when there is none for its bench. */
export async function compareWithBaseline(result: BenchResult, reference: Measured): Promise<StageChange[] | null> {
  const entry = (await readBaseline())[result.bench];
  if (entry === undefined) return null;
  return changesBetween(result.stages, { before: entry, referenceUs: reference.cpuUsPerTransaction });
}

/** Each stage against what it cost before. Pure. */
export function changesBetween(
  stages: readonly Measured[],
  { before, referenceUs }: { before: Pick<BaselineEntry, 'referenceUs' | 'stages'>; referenceUs: number },
): StageChange[] {
  return stages.map(({ stage, cpuUsPerTransaction }) => {
    const costBefore = before.stages[stage];
    if (costBefore === undefined || costBefore <= 0) return { stage, ratio: null, verdict: 'new' };
    const ratio = round2(cpuUsPerTransaction / referenceUs / (costBefore / before.referenceUs));
    const verdict = ratio > 1 + NOTABLE_CHANGE ? 'dearer' : ratio < 1 - NOTABLE_CHANGE ? 'cheaper' : 'same';
    return { stage, ratio, verdict };
  });
}

/** Makes a result the baseline of its bench. */
export async function saveBaseline(result: BenchResult, reference: Measured): Promise<void> {
  const entry: BaselineEntry = {
    conditions: result.conditions,
    referenceUs: reference.cpuUsPerTransaction,
    stages: Object.fromEntries(result.stages.map(({ stage, cpuUsPerTransaction }) => [stage, cpuUsPerTransaction])),
  };
  const baseline = { ...(await readBaseline()), [result.bench]: entry };
  await writeFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
}

async function readBaseline(): Promise<Baseline> {
  return JSON.parse(await readFile(file, 'utf8')) as Baseline;
}
