import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** What a column holds: UTF-8 text; milliseconds since 1970, as a timestamp in UTC; safe integers, as int64; doubles; booleans. */
export type ColumnType = 'text' | 'time' | 'integer' | 'double' | 'boolean';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a cell may be null. Default false. */
  readonly nullable?: boolean;
}

/** A cell: a string for `text`, a boolean for `boolean`, else a number; null where the column may have it. */
export type Cell = string | number | boolean | null;

export interface ParquetOptions {
  readonly columns: readonly ParquetColumn[];
  /** Names of the float32 columns, which come after the others. */
  readonly features: readonly string[];
  /** Texts that the file carries beside its rows. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Rows that are held until they are written; readers take a file in such groups. Default 16,384. */
  readonly rowsPerGroup?: number;
}

/** What the writer takes in a cell. */
type Stored = string | number | bigint | boolean | null;
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const ROWS_PER_GROUP = 16_384;
/** A group's column is small enough for one. */
const ONE_PAGE = 0;
const PLAIN = { encoding: 'PLAIN' } as const;
const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  integer: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

/**
 * A Parquet file that appears under its name only when it is complete. Call `close` to keep it, or `discard`. The same rows give the same bytes. Rows are
 * held for one group only; of each group the footer remembers some hundred bytes a column until the end, as the format has it.
 * Numbers keep every bit, but for those of a NaN: they are written plain, since a dictionary would make one of 0 and -0.
 */
export class ParquetFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #columns: readonly ParquetColumn[];
  readonly #cells: readonly Stored[][];
  readonly #featureNames: readonly string[];
  readonly #features: readonly Float32Array[];
  readonly #rowsPerGroup: number;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #hash = createHash('sha256');
  #rows = 0;

  private constructor(path: string, file: FileHandle, options: ParquetOptions) {
    const { columns, features, metadata = {}, rowsPerGroup = ROWS_PER_GROUP } = options;
    this.#path = path;
    this.#file = file;
    this.#columns = columns;
    this.#cells = columns.map(() => []);
    this.#featureNames = features;
    this.#features = features.map(() => new Float32Array(rowsPerGroup));
    this.#rowsPerGroup = rowsPerGroup;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length + features.length }, ...elementsOf(columns, features)],
      createdBy: 'holdfast',
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  }

  /** Makes the folders that are missing. */
  static async create(path: string, options: ParquetOptions): Promise<ParquetFile> {
    await mkdir(dirname(path), { recursive: true });
    return new ParquetFile(path, await open(`${path}.part`, 'w'), options);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds a row: `cells` and `features` in the order of the columns; both are copied. Resolves when more may be added. Throws what went wrong with the file. */
  async add(cells: readonly Cell[], features: Float32Array): Promise<void> {
    if (cells.length !== this.#columns.length || features.length !== this.#features.length)
      throw new RangeError(`a row has ${this.#columns.length} cells and ${this.#features.length} features`);
    const place = this.#rows % this.#rowsPerGroup;
    for (let column = 0; column < cells.length; column += 1) {
      const { type, nullable = false, name } = this.#columns[column] as ParquetColumn;
      const stored = storedCell(cells[column] as Cell, type);
      if (stored === undefined || (stored === null && !nullable))
        throw new TypeError(`${name}: ${String(cells[column])} is no ${type}`);
      (this.#cells[column] as Stored[])[place] = stored;
    }
    for (let feature = 0; feature < features.length; feature += 1) {
      const value = features[feature] as number;
      // There are many NaNs; the file has one.
      (this.#features[feature] as Float32Array)[place] = Number.isNaN(value) ? Number.NaN : value;
    }
    this.#rows += 1;
    if (place + 1 === this.#rowsPerGroup) await this.#writeGroup(this.#rowsPerGroup);
  }

  /** Completes the file; gives the hex SHA-256 of its bytes. */
  async close(): Promise<string> {
    const left = this.#rows % this.#rowsPerGroup;
    if (left > 0) await this.#writeGroup(left);
    void this.#writer.finish();
    await this.#flush();
    await this.#file.close();
    await rename(`${this.#path}.part`, this.#path);
    return this.#hash.digest('hex');
  }

  async discard(): Promise<void> {
    await this.#file.close();
    await rm(`${this.#path}.part`, { force: true });
  }

  async #writeGroup(rows: number): Promise<void> {
    const cells = this.#columns.map(({ name, type }, column) => ({
      name,
      data: (this.#cells[column] as Stored[]).slice(0, rows),
      // By which a reader can leave groups out: rows come in their order.
      statistics: type === 'time' || type === 'integer',
      ...(type === 'double' ? PLAIN : {}),
    }));
    const features = this.#featureNames.map((name, feature) => ({
      name,
      data: (this.#features[feature] as Float32Array).subarray(0, rows),
      statistics: false,
      ...PLAIN,
    }));
    void this.#writer.write({ columnData: [...cells, ...features], rowGroupSize: rows, pageSize: ONE_PAGE });
    await this.#flush();
  }

  /** Everything since the last flush goes to the disk; the buffer is used again. */
  async #flush(): Promise<void> {
    const bytes = this.#bytes.getBytes();
    this.#hash.update(bytes);
    await this.#file.appendFile(bytes);
    this.#bytes.index = 0;
  }
}

function elementsOf(columns: readonly ParquetColumn[], features: readonly string[]): SchemaElement[] {
  return [
    ...columns.map(({ name, type, nullable = false }) => ({
      name,
      ...ELEMENTS[type],
      repetition_type: nullable ? ('OPTIONAL' as const) : ('REQUIRED' as const),
    })),
    ...features.map((name) => ({ name, type: 'FLOAT' as const, repetition_type: 'REQUIRED' as const })),
  ];
}

/** The value that the writer takes; undefined for one that is not of the type. */
function storedCell(cell: Cell, type: ColumnType): Stored | undefined {
  if (cell === null) return null;
  switch (type) {
    case 'text':
      return typeof cell === 'string' ? cell : undefined;
    case 'boolean':
      return typeof cell === 'boolean' ? cell : undefined;
    case 'double':
      return typeof cell === 'number' ? cell : undefined;
    case 'time':
    case 'integer':
      return Number.isSafeInteger(cell) ? BigInt(cell as number) : undefined;
  }
}
