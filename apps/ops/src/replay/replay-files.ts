import { FEATURE_SET } from '#libs/adapters';
import { createLabelParser, createTransactionParser } from '#libs/contracts';
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
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { mergeByTime } from './merge-by-time.ts';
import { type LabelLine, readLabels, readTransactions, type ReplayLine } from './replay-lines.ts';
import { replayedOf, type ReplaySink, unreadable } from './replayed.ts';

/** As the doors have it: batches share runs of the model, and make no difference to the results. */
const BATCH = 64;
/** Files are read as the input topics are. */
export const INPUT_RULES = { unknownFields: 'ignore', refuseCardNumbers: true } as const;

/** A history in files, and what it is decided by. */
export interface FileHistory {
  readonly transactions: string;
  /** null for a history without labels. */
  readonly labels: string | null;
  /** Transactions from before it are learnt from and get no decision. */
  readonly observeBeforeMs: number;
  readonly model: Model | null;
  readonly reducer: ReducerParameters;
}

/** How far a replay has come. */
export interface ReplayedFiles {
  /** Of transactions. */
  readonly lines: number;
  readonly accounts: number;
  /** Cards, terminals, devices, networks and beneficiaries. */
  readonly entities: number;
}

/**
 * Decides a history as the service would, the order of the transactions being the order of `seq`, with labels by `mergeByTime`, and gives each line's
 * result to `sink`. Memory follows the number of accounts and entities, not of lines. Throws `Interrupted` when it is stopped.
 */
export async function replayFiles(
  { transactions, labels, observeBeforeMs, model, reducer }: FileHistory,
  sink: ReplaySink,
  { terminal, progress }: { readonly terminal: Terminal; readonly progress: Progress },
): Promise<ReplayedFiles> {
  const scorer = new OfflineScorer({
    model,
    featureSet: FEATURE_SET,
    // Any key will do: hashes are compared with each other and do not leave the replay.
    hasher: createHasher(new Uint8Array(16)),
    policy: DEFAULT_POLICY,
    rules: { reducer, allowedLatenessMs: reducer.allowedLatenessMs },
  });
  const itemOf = (line: ReplayLine): HistoryItem | null => {
    if (!line.parsed.ok) return null;
    if ('label' in line.parsed) return { kind: 'label', label: line.parsed.label };
    const { transaction } = line.parsed;
    return { kind: 'transaction', transaction, observeOnly: transaction.eventTimeMs < observeBeforeMs };
  };
  let lines = 0;
  let waiting: ReplayLine[] = [];
  const takeWaiting = async (): Promise<void> => {
    const items = waiting.map(itemOf);
    const planned = (await scorer.take(items.filter((item) => item !== null)))[Symbol.iterator]();
    for (const [i, { kind, line, parsed }] of waiting.entries()) {
      const item = items[i] ?? null;
      if (item !== null) await sink.take(replayedOf([line], item, planned.next().value as PlannedItem));
      else if (!parsed.ok) await sink.take(unreadable([line], kind, parsed));
    }
    waiting = [];
  };
  for await (const block of mergeByTime(
    readTransactions(transactions, createTransactionParser(INPUT_RULES)),
    labels === null ? noLabels() : readLabels(labels, createLabelParser(INPUT_RULES)),
  )) {
    if (terminal.stopSignal.stopped) throw new Interrupted('Stopped; nothing was written.');
    for (const line of block) {
      if (line.kind === 'transaction') lines = line.line;
      waiting.push(line);
      if (waiting.length === BATCH) await takeWaiting();
    }
    progress.update(lines);
  }
  await takeWaiting();
  return { lines, accounts: scorer.accounts, entities: scorer.entities };
}

async function* noLabels(): AsyncGenerator<readonly LabelLine[], void, undefined> {
  // Nothing was ever said of any transaction.
}
