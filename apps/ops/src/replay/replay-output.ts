import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURE_SET } from '#libs/adapters';
import { formatWireTime, toDecisionBody } from '#libs/contracts';
import { type AppliedAmendment, FEATURES } from '#libs/core';
import { LineFile } from '../files/line-file.ts';
import { type ParquetColumn, ParquetFile } from '../files/parquet-file.ts';
import { LabelsFile } from './labels-file.ts';
import { type ReplayCounts, ReplayTally } from './replay-tally.ts';
import type { Replayed, ReplayedDecision, ReplayedRecord, ReplayedRefusal, ReplaySink } from './replayed.ts';

/** The hex SHA-256 of each file, by its name. */
export type FileHashes = Readonly<Record<string, string>>;

/** Where and as what the output of a replay is written. */
export interface OutputShape {
  readonly folder: string;
  /** Names of what says where in its source something stands. */
  readonly place: readonly string[];
  readonly hasLabels: boolean;
}

/**
 * The files of a replay, which appear when it is complete: `vectors.parquet` (a row for each decision whose vector can be computed), `decisions.ndjson` (a line for each transaction
 * of the input, or what stands in its place), `labels.parquet` and `manifest.json`. Call `finish` to keep them, or `discard`.
 */
export class ReplayOutput implements ReplaySink {
  readonly #shape: OutputShape;
  readonly #vectors: ParquetFile;
  readonly #decisions: LineFile;
  readonly #labels: LabelsFile | null;
  readonly #tally = new ReplayTally();

  private constructor(
    shape: OutputShape,
    { vectors, decisions, labels }: { vectors: ParquetFile; decisions: LineFile; labels: LabelsFile | null },
  ) {
    this.#shape = shape;
    this.#vectors = vectors;
    this.#decisions = decisions;
    this.#labels = labels;
  }

  /** Makes the folder if it is missing. */
  static async create(shape: OutputShape): Promise<ReplayOutput> {
    const { folder, place, hasLabels } = shape;
    const features = FEATURES.map(({ name }) => name);
    const vectors = { columns: vectorColumns(place), features, metadata: { feature_set: FEATURE_SET } };
    return new ReplayOutput(shape, {
      vectors: await ParquetFile.create(join(folder, 'vectors.parquet'), vectors),
      decisions: await LineFile.create(join(folder, 'decisions.ndjson')),
      labels: hasLabels ? await LabelsFile.create(join(folder, 'labels.parquet'), place) : null,
    });
  }

  get counts(): ReplayCounts {
    return this.#tally.counts;
  }

  async take(replayed: Replayed): Promise<void> {
    this.#tally.add(replayed);
    switch (replayed.kind) {
      case 'decided':
        return this.#decide(replayed);
      case 'recorded':
        return this.#record(replayed);
      case 'refused':
        return this.#refuse(replayed);
      case 'label':
        return this.#labels?.add(this.#vectors.rows, replayed);
    }
  }

  async discard(): Promise<void> {
    await Promise.all([this.#vectors.discard(), this.#decisions.discard(), this.#labels?.discard()]);
  }

  /** `facts`: what the manifest says besides. */
  async finish(facts: object): Promise<FileHashes> {
    const [vectors, decisions, labels] = await Promise.all([
      this.#vectors.close(),
      this.#decisions.close(),
      this.#labels?.close(),
    ]);
    const files = { 'vectors.parquet': vectors, 'decisions.ndjson': decisions };
    const sha256 = labels === undefined ? files : { ...files, 'labels.parquet': labels };
    const manifest = {
      features: FEATURES.map(({ name }) => name),
      feature_set: FEATURE_SET,
      ...facts,
      ...this.counts,
      sha256,
    };
    await writeFile(join(this.#shape.folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return sha256;
  }

  async #decide({ place, decision, vector, amended }: ReplayedDecision): Promise<void> {
    const { transaction, probability, riskScore, outcome, late } = decision;
    const { transactionId, accountId, eventType, eventTimeMs } = transaction;
    const subject = [this.#vectors.rows, ...place, transactionId, accountId, eventType, eventTimeMs];
    if (vector !== null) await this.#vectors.add([...subject, late, outcome, riskScore, probability], vector);
    await this.#line(place, { decision: toDecisionBody(decision, { evaluation: 'new' }), ...amendedBody(amended) });
  }

  async #record({ place, what, transaction, effect, amended }: ReplayedRecord): Promise<void> {
    const { accountId, transactionId, originalTransactionId } = transaction;
    await this.#line(place, {
      recorded: what,
      account_id: accountId,
      transaction_id: transactionId,
      ...(what === 'observed'
        ? amendedBody(amended)
        : {
            original_transaction_id: originalTransactionId,
            matched: effect !== null,
            removed_minor: effect?.removedMinor ?? null,
          }),
    });
  }

  async #refuse({ place, reason, field, transaction }: ReplayedRefusal): Promise<void> {
    const what = transaction === null ? { field } : { transaction_id: transaction.transactionId };
    await this.#line(place, { refused: reason, ...what });
  }

  async #line(place: readonly number[], body: object): Promise<void> {
    const at: Record<string, number> = {};
    this.#shape.place.forEach((name, i) => (at[name] = place[i] as number));
    await this.#decisions.line(JSON.stringify({ ...at, ...body }));
  }
}

/** What the vectors' file says of each besides its features. */
function vectorColumns(place: readonly string[]): readonly ParquetColumn[] {
  return [
    { name: 'row', type: 'integer' },
    ...place.map((name) => ({ name, type: 'integer' as const })),
    { name: 'transaction_id', type: 'text' },
    { name: 'account_id', type: 'text' },
    { name: 'event_type', type: 'text' },
    { name: 'occurred_at', type: 'time' },
    { name: 'late', type: 'boolean' },
    { name: 'decision', type: 'text' },
    { name: 'risk_score', type: 'integer', nullable: true },
    { name: 'probability', type: 'double', nullable: true },
  ];
}

/** What had been said of a transaction before it came. */
function amendedBody(amended: readonly AppliedAmendment[]): object {
  if (amended.length === 0) return {};
  return {
    amended: amended.map(({ amendment: { kind, timeMs }, effect: { removedMinor, labelAfter } }) => ({
      kind,
      said_at: formatWireTime(timeMs),
      label_after: labelAfter,
      removed_minor: removedMinor,
    })),
  };
}
