import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { FEATURE_SET } from '#libs/adapters';
import { createLabelParser } from '#libs/contracts';
import { approvingModel, DAY_MS, REDUCER_VERSION } from '#libs/core';
import { Progress } from '../../../apps/ops/src/progress.ts';
import { INPUT_RULES, replayFiles } from '../../../apps/ops/src/replay/replay-files.ts';
import { readLabels } from '../../../apps/ops/src/replay/replay-lines.ts';
import { runOps } from '../../../apps/ops/src/run-ops.ts';
import type { Terminal } from '../../../apps/ops/src/terminal.ts';
import { LabelTruth } from '../../../apps/ops/src/training/label-truth.ts';
import { DetectionRows } from './detection-rows.ts';

/** A history to be measured on, both NDJSON. */
export interface DetectionHistory {
  readonly transactions: string;
  readonly labels: string;
}

/** Part of the name of cached rows: to be raised when what they hold changes without the features or the replay changing. */
const ROWS_FORMAT = 1;

/** The Handbook's CSV as our NDJSON, made once in `folder`. Throws when it cannot be imported. */
export async function importedHandbook(csv: string, folder: string, terminal: Terminal): Promise<DetectionHistory> {
  const imported = join(folder, `handbook-${(await sha256Of([csv])).slice(0, 16)}`);
  const history = { transactions: `${imported}.ndjson.gz`, labels: `${imported}-labels.ndjson.gz` };
  if (existsSync(history.transactions)) return history;
  await mkdir(folder, { recursive: true });
  const quiet = { ...terminal, out: () => undefined };
  const { transactions, labels } = history;
  const config = (): never => {
    throw new Error('An import reads no configuration');
  };
  const argv = ['import', 'handbook', csv, '--out', transactions, '--labels', labels];
  if ((await runOps(argv, { terminal: quiet, config })) !== 0) throw new Error(`${csv} cannot be imported`);
  return history;
}

/**
 * The folder with the rows of a history (see `DetectionRows`), by the service's own replay without a model: nothing is held. Kept in `folder` under
 * the hash of the files, the features and the reducer.
 */
export async function detectionRows(
  { transactions, labels }: DetectionHistory,
  folder: string,
  terminal: Terminal,
): Promise<string> {
  const input = await sha256Of([transactions, labels]);
  const key = createHash('sha256').update([ROWS_FORMAT, REDUCER_VERSION, FEATURE_SET, input].join('\n')).digest('hex');
  const rowsFolder = join(folder, `rows-${key.slice(0, 16)}`);
  if (existsSync(rowsFolder)) return rowsFolder;
  const draft = `${rowsFolder}.draft-${process.pid}`;
  await mkdir(draft, { recursive: true });
  const progress = new Progress(terminal, 'detection: replay', null);
  try {
    const truth = await LabelTruth.read(readLabels(labels, createLabelParser(INPUT_RULES)), { asOfMs: null, delayMs: 0 });
    const rows = new DetectionRows(draft, truth);
    const reducer = { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 };
    const decidedBy = { model: approvingModel(FEATURE_SET), reducer, observeBeforeMs: -Infinity };
    await replayFiles({ transactions, labels, ...decidedBy }, rows, { terminal, progress });
    await rows.close({ input_sha256: input, feature_set: FEATURE_SET, reducer_version: REDUCER_VERSION });
    await rename(draft, rowsFolder);
    return rowsFolder;
  } finally {
    progress.end();
    await rm(draft, { recursive: true, force: true });
  }
}

async function sha256Of(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
    hash.update('\0');
  }
  return hash.digest('hex');
}
