import { type ParquetColumn, ParquetFile } from '../files/parquet-file.ts';
import type { ReplayedLabel } from './replayed.ts';

const NO_FEATURES = new Float32Array(0);
const TEXTS = ['account_id', 'transaction_id', 'event_type', 'label', 'source'] as const;

/** A row for each label of a replay, in the order in which they became known. Call `close` to keep the file, or `discard`. */
export class LabelsFile {
  readonly #file: ParquetFile;

  private constructor(file: ParquetFile) {
    this.#file = file;
  }

  /** `place`: names of the columns that say where in its source a label stands. */
  static async create(path: string, place: readonly string[]): Promise<LabelsFile> {
    const columns: ParquetColumn[] = [
      { name: 'row', type: 'integer' },
      ...place.map((name) => ({ name, type: 'integer' as const })),
      ...TEXTS.map((name) => ({ name, type: 'text' as const, nullable: true })),
      { name: 'reported_at', type: 'time', nullable: true },
      { name: 'answer', type: 'text' },
      { name: 'label_before', type: 'text', nullable: true },
      { name: 'label_after', type: 'text', nullable: true },
    ];
    return new LabelsFile(await ParquetFile.create(path, { columns, features: [] }));
  }

  /** `row`: the number of the first vector that is computed with the label known. */
  async add(row: number, { place, label, answer, effect }: ReplayedLabel): Promise<void> {
    const { accountId, transactionId, eventType, label: value, source, reportedAtMs } = label ?? NO_LABEL;
    const said = [accountId, transactionId, eventType, value, source, reportedAtMs, answer] as const;
    const cells = [row, ...place, ...said, effect?.labelBefore ?? null, effect?.labelAfter ?? null];
    await this.#file.add(cells, NO_FEATURES);
  }

  /** Completes the file; gives the hex SHA-256 of its bytes. */
  async close(): Promise<string> {
    return this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }
}

const NO_LABEL = {
  accountId: null,
  transactionId: null,
  eventType: null,
  label: null,
  source: null,
  reportedAtMs: null,
};
