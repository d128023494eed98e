import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURE_SET } from '#libs/adapters';
import { type ParsedTransaction, toDecisionBody } from '#libs/contracts';
import {
  type Decision,
  DEFAULT_POLICY,
  FEATURES,
  type Label,
  type Model,
  type PlannedItem,
  type ReducerParameters,
  type Transaction,
} from '#libs/core';
import { LineFile } from '../files/line-file.ts';
import { type ParquetColumn, ParquetFile } from '../files/parquet-file.ts';

/** What the vectors' file says of each besides its features. `line` is the line of the input, from 1. */
const COLUMNS: readonly ParquetColumn[] = [
  { name: 'row', type: 'integer' },
  { name: 'line', type: 'integer' },
  { name: 'transaction_id', type: 'text' },
  { name: 'account_id', type: 'text' },
  { name: 'event_type', type: 'text' },
  { name: 'occurred_at', type: 'time' },
  { name: 'late', type: 'boolean' },
  { name: 'decision', type: 'text' },
  { name: 'risk_score', type: 'integer', nullable: true },
  { name: 'probability', type: 'double', nullable: true },
];

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

/**
 * The files of a replay, which appear when it is complete: `vectors.parquet` (a row for each decision), `decisions.ndjson` (a line for each line of the
 * input) and `manifest.json`. Call `finish` to keep them, or `discard`.
 */
export class ReplayOutput {
  readonly #folder: string;
  readonly #vectors: ParquetFile;
  readonly #decisions: LineFile;
  readonly #refused: Record<string, number> = {};
  #held = 0;

  private constructor(folder: string, vectors: ParquetFile, decisions: LineFile) {
    this.#folder = folder;
    this.#vectors = vectors;
    this.#decisions = decisions;
  }

  /** Makes the folder if it is missing. */
  static async create(folder: string): Promise<ReplayOutput> {
    const features = FEATURES.map(({ name }) => name);
    const vectors = { columns: COLUMNS, features, metadata: { feature_set: FEATURE_SET } };
    return new ReplayOutput(
      folder,
      await ParquetFile.create(join(folder, 'vectors.parquet'), vectors),
      await LineFile.create(join(folder, 'decisions.ndjson')),
    );
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
    const { transactionId, accountId, eventType, eventTimeMs } = transaction;
    const subject = [this.#vectors.rows, line, transactionId, accountId, eventType, eventTimeMs] as const;
    await this.#vectors.add([...subject, late, outcome, riskScore, probability], vector);
    await this.#decisions.line(JSON.stringify({ line, decision: toDecisionBody(decision, { evaluation: 'new' }) }));
  }

  async #refuse(line: number, reason: string, more: object): Promise<void> {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    await this.#decisions.line(JSON.stringify({ line, refused: reason, ...more }));
  }

  async discard(): Promise<void> {
    await Promise.all([this.#vectors.discard(), this.#decisions.discard()]);
  }

  async finish(facts: {
    lines: number;
    accounts: number;
    model: Model | null;
    reducer: ReducerParameters;
  }): Promise<ReplaySummary> {
    const { lines, accounts, model, reducer } = facts;
    const decided = this.#vectors.rows;
    const [vectors, decisions] = await Promise.all([this.#vectors.close(), this.#decisions.close()]);
    const counts = { lines, decided, held: this.#held, accounts, refused: this.#refused };
    const manifest = {
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
      sha256: { 'vectors.parquet': vectors, 'decisions.ndjson': decisions },
    };
    await writeFile(join(this.#folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return { ...counts, vectors_sha256: vectors, decisions_sha256: decisions };
  }
}

function subjectOf(result: { readonly transaction: Transaction } | { readonly label: Label }): Transaction | Label {
  return 'label' in result ? result.label : result.transaction;
}
