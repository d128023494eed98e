import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURES, minorPerMajor, type Transaction } from '#libs/core';
import type { Replayed, ReplayedDecision, ReplaySink } from '../../../apps/ops/src/replay/replayed.ts';
import type { LabelTruth } from '../../../apps/ops/src/training/label-truth.ts';
// By its file, as in training.
import { VectorFile } from '../../../libs/adapters/src/onnx/vector-file.ts';
import { PUBLISHED_INPUTS, PublishedInputs } from './published-inputs.ts';

/** What a benchmark knows of each row besides its inputs; four float64 numbers, `labelled_at_ms` NaN where nobody ever said anything. */
const FACTS = ['account', 'event_time_ms', 'is_fraud', 'labelled_at_ms'] as const;

/**
 * Rows for the benchmark from a replay, each decision one: `vectors.f32` with our inputs, `published.f32` with the published ones, and `facts.f64`.
 * All are little-endian, row by row.
 */
export class DetectionRows implements ReplaySink {
  readonly #folder: string;
  readonly #truth: LabelTruth;
  readonly #vectors: VectorFile;
  readonly #published: VectorFile;
  readonly #inputs = new PublishedInputs();
  readonly #accounts = new Map<string, number>();
  readonly #facts: number[] = [];
  #frauds = 0;
  #refused = 0;

  /** `truth`: what was said of each transaction in the end. */
  constructor(folder: string, truth: LabelTruth) {
    this.#folder = folder;
    this.#truth = truth;
    this.#vectors = new VectorFile(join(folder, 'vectors.f32'), FEATURES.length);
    this.#published = new VectorFile(join(folder, 'published.f32'), PUBLISHED_INPUTS.length);
  }

  async take(replayed: Replayed): Promise<void> {
    if (replayed.kind === 'decided') await this.#decided(replayed);
    else if (replayed.kind === 'refused') this.#refused += 1;
  }

  /** Completes the files, `manifest.json` last. `source` says what was replayed. */
  async close(source: object): Promise<void> {
    const facts = new Uint8Array(Float64Array.from(this.#facts).buffer);
    await writeFile(join(this.#folder, 'facts.f64'), facts);
    const manifest = {
      rows: this.#vectors.rows,
      frauds: this.#frauds,
      refused: this.#refused,
      features: FEATURES.map(({ name }) => name),
      published: PUBLISHED_INPUTS,
      facts: FACTS,
      vectors_sha256: await this.#vectors.close(),
      published_sha256: await this.#published.close(),
      source,
    };
    await writeFile(join(this.#folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }

  async #decided({ decision: { transaction }, vector }: ReplayedDecision): Promise<void> {
    if (vector === null) throw new Error('A replay of files computes every vector');
    const { accountId, eventTimeMs } = transaction;
    const known = this.#truth.of(transaction);
    const isFraud = known?.label === 'fraud';
    const account = this.#accounts.get(accountId) ?? this.#accounts.size;
    this.#accounts.set(accountId, account);
    this.#facts.push(account, eventTimeMs, Number(isFraud), known?.labelledAtMs ?? NaN);
    if (isFraud) this.#frauds += 1;
    await this.#vectors.add(vector);
    await this.#published.add(this.#inputs.take(paymentOf(transaction), (row) => this.#isFraudBy(row, eventTimeMs)));
  }

  /** By what was said last. */
  #isFraudBy(row: number, nowMs: number): boolean {
    const [, , isFraud, labelledAtMs] = this.#facts.slice(row * FACTS.length, (row + 1) * FACTS.length);
    return isFraud === 1 && (labelledAtMs ?? Infinity) <= nowMs;
  }
}

function paymentOf({ accountId, eventTimeMs, amountMinor, currency, entities }: Transaction) {
  const amount = amountMinor / minorPerMajor(currency);
  return { accountId, eventTimeMs, amount, terminalId: entities.terminal ?? null };
}
