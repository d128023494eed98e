import { FEATURE_SET } from '#libs/adapters';
import { createTransactionParser, type ParsedTransaction } from '#libs/contracts';
import {
  createHasher,
  DEFAULT_POLICY,
  type HistoryItem,
  type Model,
  OfflineScorer,
  type PlannedItem,
  type ReducerParameters,
} from '#libs/core';
import { Interrupted } from '../failures.ts';
import { readLines } from '../files/read-lines.ts';
import { fromLine } from '../files/record-line.ts';
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { ReplayOutput, type ReplaySummary } from './replay-output.ts';

/** As the doors have it: batches share runs of the model, and make no difference to the results. */
const BATCH = 64;

export interface ReplayOptions {
  readonly file: string;
  readonly out: string;
  readonly model: Model | null;
  readonly reducer: ReducerParameters;
}

interface Line {
  readonly number: number;
  readonly parsed: ParsedTransaction;
}

/**
 * Decides a file as the service would, its order being the order of `seq`, and writes into a folder what `ReplayOutput` has. Memory follows the number of
 * accounts, not of lines.
 */
export async function replayFile(
  options: ReplayOptions,
  terminal: Terminal,
  progress: Progress,
): Promise<ReplaySummary> {
  const output = await ReplayOutput.create(options.out);
  try {
    return await replayInto(output, options, { terminal, progress });
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function replayInto(
  output: ReplayOutput,
  { file, out, model, reducer }: ReplayOptions,
  { terminal, progress }: { readonly terminal: Terminal; readonly progress: Progress },
): Promise<ReplaySummary> {
  const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
  const scorer = new OfflineScorer({
    model,
    featureSet: FEATURE_SET,
    // Any key will do: hashes are compared with each other and do not leave the replay.
    hasher: createHasher(new Uint8Array(16)),
    policy: DEFAULT_POLICY,
    rules: { reducer, allowedLatenessMs: reducer.allowedLatenessMs },
  });
  let lines = 0;
  let waiting: Line[] = [];
  const decideWaiting = async (): Promise<void> => {
    const items = waiting.flatMap(({ parsed }): HistoryItem[] =>
      parsed.ok ? [{ kind: 'transaction', transaction: parsed.transaction }] : [],
    );
    const planned = (await scorer.take(items))[Symbol.iterator]();
    for (const { number, parsed } of waiting) {
      await output.write(number, parsed.ok ? (planned.next().value as PlannedItem) : parsed);
    }
    waiting = [];
  };
  for await (const block of readLines(file)) {
    if (terminal.stopSignal.stopped) throw new Interrupted(`Stopped; nothing was written into ${out}.`);
    for (const line of block) {
      lines += 1;
      waiting.push({ number: lines, parsed: parser.parse(fromLine(line).value) });
      if (waiting.length === BATCH) await decideWaiting();
    }
    progress.update(lines);
  }
  await decideWaiting();
  return output.finish({ lines, accounts: scorer.accounts, model, reducer });
}
