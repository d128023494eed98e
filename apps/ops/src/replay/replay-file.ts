import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURE_SET, VectorFile } from '#libs/adapters';
import { createTransactionParser, formatWireTime, type ParsedTransaction, toDecisionBody } from '#libs/contracts';
import {
  createHasher,
  type Decision,
  DEFAULT_POLICY,
  FEATURES,
  type Model,
  OfflineScorer,
  type Label,
  type PlannedItem,
  type ReducerParameters,
  type Transaction,
} from '#libs/core';
import { Interrupted } from '../failures.ts';
import { LineFile } from '../files/line-file.ts';
import { readLines } from '../files/read-lines.ts';
import { fromLine } from '../files/record-line.ts';
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

/** As the doors have it: batches share runs of the model, and make no difference to the results. */
const BATCH = 64;

export interface ReplayOptions {
  readonly file: string;
  readonly out: string;
  readonly model: Model | null;
  readonly reducer: ReducerParameters;
}

/** What a replay came to. The same for the same file, model and settings. */
export interface ReplaySummary {
  readonly lines: number;
  readonly decided: number;
  readonly held: number;
  readonly accounts: number;
  /** Lines without a decision, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly vectors_sha256: string;
  readonly decisions_sha256: string;
}

interface Line {
  readonly number: number;
  readonly parsed: ParsedTransaction;
}

/**
 * Decides a file as the service would, its order being the order of `seq`, and writes into a folder: `vectors.f32`, `rows.ndjson` (a line for each
 * vector), `decisions.ndjson` (a line for each line of the file) and `manifest.json`.
 */
export async function replayFile(
  options: ReplayOptions,
  terminal: Terminal,
  progress: Progress,
): Promise<ReplaySummary> {
  await mkdir(options.out, { recursive: true });
  const output = await ReplayOutput.create(options.out);
  const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
  const { model, reducer } = options;
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
    const transactions = waiting.flatMap(({ parsed }) => (parsed.ok ? [parsed.transaction] : []));
    const planned = (await scorer.score(transactions))[Symbol.iterator]();
    for (const { number, parsed } of waiting) {
      await output.write(number, parsed.ok ? (planned.next().value as PlannedItem) : parsed);
    }
    waiting = [];
  };
  for await (const block of readLines(options.file)) {
    if (terminal.stopSignal.stopped) throw new Interrupted(`Stopped; what lies in ${options.out} is not complete.`);
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

/** The four files. */
class ReplayOutput {
  readonly #folder: string;
  readonly #vectors: VectorFile;
  readonly #rows: LineFile;
  readonly #decisions: LineFile;
  readonly #refused: Record<string, number> = {};
  #held = 0;

  private constructor(folder: string, rows: LineFile, decisions: LineFile) {
    this.#folder = folder;
    this.#vectors = new VectorFile(join(folder, 'vectors.f32'), FEATURES.length);
    this.#rows = rows;
    this.#decisions = decisions;
  }

  static async create(folder: string): Promise<ReplayOutput> {
    const [rows, decisions] = await Promise.all(
      ['rows.ndjson', 'decisions.ndjson'].map((name) => LineFile.create(join(folder, name))),
    );
    return new ReplayOutput(folder, rows as LineFile, decisions as LineFile);
  }

  async write(line: number, result: PlannedItem | Extract<ParsedTransaction, { ok: false }>): Promise<void> {
    if ('ok' in result) return this.#refuse(line, result.reason, { field: result.fields[0]?.field ?? null });
    switch (result.kind) {
      case 'decided':
        return this.#decide(line, result.decision);
      case 'duplicate':
      case 'conflict': {
        const reason = result.kind === 'conflict' ? 'identity_conflict' : 'duplicate';
        return this.#refuse(line, reason, { transaction_id: subjectOf(result).transactionId });
      }
      case 'too_late':
      case 'from_the_future':
        return this.#refuse(line, result.kind, { transaction_id: subjectOf(result).transactionId });
      case 'recorded':
      case 'invalid':
      case 'forwarded':
      case 'skipped':
        throw new Error(`A replay cannot come to ${result.kind}`);
    }
  }

  async #decide(line: number, decision: Decision): Promise<void> {
    const { transaction, vector, probability, riskScore, outcome, late } = decision;
    if (outcome === 'hold') this.#held += 1;
    const row = {
      row: this.#vectors.rows,
      line,
      transaction_id: transaction.transactionId,
      account_id: transaction.accountId,
      occurred_at: formatWireTime(transaction.eventTimeMs),
      late,
      decision: outcome,
      risk_score: riskScore,
      probability,
    };
    await this.#vectors.add(vector);
    await this.#rows.line(JSON.stringify(row));
    await this.#decisions.line(JSON.stringify({ line, decision: toDecisionBody(decision, { evaluation: 'new' }) }));
  }

  async #refuse(line: number, reason: string, more: object): Promise<void> {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    await this.#decisions.line(JSON.stringify({ line, refused: reason, ...more }));
  }

  async finish(facts: {
    lines: number;
    accounts: number;
    model: Model | null;
    reducer: ReducerParameters;
  }): Promise<ReplaySummary> {
    const { lines, accounts, model, reducer } = facts;
    const decided = this.#vectors.rows;
    const [vectors, rows, decisions] = await Promise.all([
      this.#vectors.close(),
      this.#rows.close(),
      this.#decisions.close(),
    ]);
    const counts = { lines, decided, held: this.#held, accounts, refused: this.#refused };
    const manifest = {
      format: 'float32, little-endian, rows x features',
      features: FEATURES.map(({ name }) => name),
      feature_set: FEATURE_SET,
      model: model?.identity ?? null,
      policy_version: DEFAULT_POLICY.version,
      reducer: {
        version: reducer.version,
        allowed_lateness_ms: reducer.allowedLatenessMs,
        log_cap: reducer.logCap,
      },
      ...counts,
      sha256: { 'vectors.f32': vectors, 'rows.ndjson': rows, 'decisions.ndjson': decisions },
    };
    await writeFile(join(this.#folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return { ...counts, vectors_sha256: vectors, decisions_sha256: decisions };
  }
}

function subjectOf(result: { readonly transaction: Transaction } | { readonly label: Label }): Transaction | Label {
  return 'label' in result ? result.label : result.transaction;
}
