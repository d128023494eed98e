import { FEATURE_SET } from '#libs/adapters';
import { FEATURES } from '#libs/core';
import { type ParquetColumn, ParquetFile } from '../files/parquet-file.ts';
import type { Replayed, ReplayedDecision, ReplaySink } from '../replay/replayed.ts';
import { type ReplayCounts, ReplayTally } from '../replay/replay-tally.ts';
import type { LabelTruth } from './label-truth.ts';
import type { NegativeSampling } from './negative-sampling.ts';

/** What a row says besides its features. `row` is that of `vectors.parquet` of a replay of the same files. */
const COLUMNS: readonly ParquetColumn[] = [
  { name: 'row', type: 'integer' },
  { name: 'transaction_id', type: 'text' },
  { name: 'account_id', type: 'text' },
  { name: 'occurred_at', type: 'time' },
  { name: 'label', type: 'text' },
  { name: 'labelled_at', type: 'time', nullable: true },
  { name: 'issuer_outcome', type: 'text', nullable: true },
  { name: 'weight', type: 'double' },
];

/** Which decisions become rows. */
export interface TrainingRules {
  /** Event times [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly truth: LabelTruth;
  readonly sampling: NegativeSampling;
}

/** Rows of a training set, and the decisions of its replay that are none. */
export interface TrainingCounts {
  readonly rows: number;
  readonly frauds: number;
  readonly genuine: { readonly labelled: number; readonly by_delay: number };
  readonly left_out: {
    readonly outside_range: number;
    /** Neither labelled nor old enough to count as genuine. */
    readonly not_known_yet: number;
    /** Genuine ones that the sampling does not keep. */
    readonly not_sampled: number;
  };
}

/** A training set, made from the results of a replay. The file appears when it is complete: call `close` to keep it, or `discard`. */
export class TrainingSet implements ReplaySink {
  readonly #file: ParquetFile;
  readonly #rules: TrainingRules;
  readonly #tally = new ReplayTally();
  #vectors = 0;
  #frauds = 0;
  #labelled = 0;
  #byDelay = 0;
  #outsideRange = 0;
  #notKnownYet = 0;
  #notSampled = 0;

  private constructor(file: ParquetFile, rules: TrainingRules) {
    this.#file = file;
    this.#rules = rules;
  }

  static async create(path: string, rules: TrainingRules): Promise<TrainingSet> {
    const features = FEATURES.map(({ name }) => name);
    const file = await ParquetFile.create(path, { columns: COLUMNS, features, metadata: { feature_set: FEATURE_SET } });
    return new TrainingSet(file, rules);
  }

  /** Of the replay. */
  get replayed(): ReplayCounts {
    return this.#tally.counts;
  }

  get counts(): TrainingCounts {
    return {
      rows: this.#file.rows,
      frauds: this.#frauds,
      genuine: { labelled: this.#labelled, by_delay: this.#byDelay },
      left_out: {
        outside_range: this.#outsideRange,
        not_known_yet: this.#notKnownYet,
        not_sampled: this.#notSampled,
      },
    };
  }

  async take(replayed: Replayed): Promise<void> {
    this.#tally.add(replayed);
    if (replayed.kind === 'decided') await this.#decided(replayed);
  }

  /** Completes the file; gives the hex SHA-256 of its bytes. */
  async close(): Promise<string> {
    return this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }

  async #decided({ decision: { transaction }, vector }: ReplayedDecision): Promise<void> {
    if (vector === null) return;
    const row = this.#vectors;
    this.#vectors += 1;
    const { fromMs, toMs, truth, sampling } = this.#rules;
    const { transactionId, accountId, eventTimeMs } = transaction;
    if (eventTimeMs < fromMs || eventTimeMs >= toMs) {
      this.#outsideRange += 1;
      return;
    }
    const known = truth.of(transaction);
    if (known === null) {
      this.#notKnownYet += 1;
      return;
    }
    const { label, labelledAtMs } = known;
    const isFraud = label === 'fraud';
    if (!isFraud && !sampling.keeps(transaction)) {
      this.#notSampled += 1;
      return;
    }
    if (isFraud) this.#frauds += 1;
    else if (labelledAtMs === null) this.#byDelay += 1;
    else this.#labelled += 1;
    const weight = isFraud ? 1 : sampling.weight;
    const said = [label, labelledAtMs, truth.outcomeOf(transaction)];
    await this.#file.add([row, transactionId, accountId, eventTimeMs, ...said, weight], vector);
  }
}
