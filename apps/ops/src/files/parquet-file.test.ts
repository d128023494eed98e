import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, type ParquetColumn, ParquetFile, type ParquetOptions } from './parquet-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

const columns: readonly ParquetColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'at', type: 'time' },
  { name: 'count', type: 'integer' },
  { name: 'late', type: 'boolean' },
  { name: 'share', type: 'double' },
  { name: 'note', type: 'text', nullable: true },
  { name: 'score', type: 'integer', nullable: true },
  { name: 'seen_at', type: 'time', nullable: true },
  { name: 'probability', type: 'double', nullable: true },
  { name: 'is_fraud', type: 'boolean', nullable: true },
];
const features = ['amount', 'hour_sin', 'acct_cnt_1h'];
type Row = readonly [readonly Cell[], Float32Array];

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'approve', 'acct-1'));
const timeMs = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 5e-324));
const float = fc.oneof(fc.float(), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 1.401298464324817e-45));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 });
const rows: fc.Arbitrary<readonly Row[]> = fc.array(
  fc.tuple(
    fc.tuple(
      text,
      timeMs,
      fc.maxSafeInteger(),
      fc.boolean(),
      number,
      maybe(text),
      maybe(fc.maxSafeInteger()),
      maybe(timeMs),
      maybe(number),
      maybe(fc.boolean()),
    ),
    fc.tuple(float, float, float).map((values) => Float32Array.from(values)),
  ),
  { maxLength: 40 },
);

async function write(name: string, written: Iterable<Row>, options: Partial<ParquetOptions> = {}): Promise<string> {
  const file = await ParquetFile.create(join(folder, name), { columns, features, ...options });
  for (const [cells, vector] of written) await file.add(cells, vector);
  return file.close();
}

async function read(name: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(join(folder, name)) });
}

/** The row as a reader has it: times as dates, integers as big integers. */
function asRead([cells, vector]: Row): Record<string, unknown> {
  const values = columns.map(({ name, type }, column) => {
    const cell = cells[column] as Cell;
    if (cell !== null && type === 'integer') return [name, BigInt(cell as number)];
    return [name, cell !== null && type === 'time' ? new Date(cell as number) : cell];
  });
  const numbers = features.map((name, feature) => [name, vector[feature]]);
  return Object.fromEntries([...values, ...numbers]) as Record<string, unknown>;
}

const row = (id: string): Row => [[id, 1, 2, true, 0.5, null, null, null, null, null], Float32Array.of(1, 2, 3)];

describe('a Parquet file', () => {
  it(
    'is read as it was written, to the last bit, whatever the rows and the groups are',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (written, rowsPerGroup) => {
          await write('any', written, { rowsPerGroup });
          const found = await read('any');
          // `toEqual` tells -0 from 0.
          expect(found).toEqual(written.map(asRead));
        }),
        { numRuns: 300 },
      );
    },
  );

  it('has the types that other readers go by', async () => {
    await write('types', [row('a')], { metadata: { feature_set: 'f' } });
    const { schema, key_value_metadata: metadata } = await parquetMetadataAsync(
      await asyncBufferFromFile(join(folder, 'types')),
    );
    const described = schema
      .slice(1)
      .map(({ name, type, repetition_type: repetition, logical_type: logical }) => [
        name,
        type,
        repetition,
        logical?.type,
      ]);
    expect(described).toEqual([
      ['id', 'BYTE_ARRAY', 'REQUIRED', 'STRING'],
      ['at', 'INT64', 'REQUIRED', 'TIMESTAMP'],
      ['count', 'INT64', 'REQUIRED', undefined],
      ['late', 'BOOLEAN', 'REQUIRED', undefined],
      ['share', 'DOUBLE', 'REQUIRED', undefined],
      ['note', 'BYTE_ARRAY', 'OPTIONAL', 'STRING'],
      ['score', 'INT64', 'OPTIONAL', undefined],
      ['seen_at', 'INT64', 'OPTIONAL', 'TIMESTAMP'],
      ['probability', 'DOUBLE', 'OPTIONAL', undefined],
      ['is_fraud', 'BOOLEAN', 'OPTIONAL', undefined],
      ...features.map((name) => [name, 'FLOAT', 'REQUIRED', undefined]),
    ]);
    expect(schema[2]?.logical_type).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' });
    expect(metadata).toEqual([{ key: 'feature_set', value: 'f' }]);
  });

  it('has the same bytes for the same rows, and tells their hash', async () => {
    const written = fc.sample(rows, { seed: 1, numRuns: 30 }).flat();
    const hash = await write('first', written, { rowsPerGroup: 50 });
    expect(await write('second', written, { rowsPerGroup: 50 })).toBe(hash);
    expect(await write('third', written.toReversed(), { rowsPerGroup: 50 })).not.toBe(hash);
    const bytes = await readFile(join(folder, 'first'));
    expect(bytes.equals(await readFile(join(folder, 'second')))).toBe(true);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
  });

  it('makes one NaN of all', async () => {
    const nans = new Float32Array(Uint32Array.of(0x7fc00000, 0xffc00000, 0x7f800001).buffer);
    const one = await write('one', [[row('a')[0], new Float32Array(3).fill(Number.NaN)]]);
    expect(await write('many', [[row('a')[0], nans]])).toBe(one);
  });

  it('goes to the disk group by group, and is there under its name when it is complete', async () => {
    const path = join(folder, 'new', 'grown');
    const file = await ParquetFile.create(path, { columns, features, rowsPerGroup: 100 });
    const sizes: number[] = [];
    for (let nth = 0; nth < 1_000; nth += 1) {
      await file.add(...row(`tx-${nth}`));
      if (nth % 100 === 99) sizes.push((await stat(`${path}.part`)).size);
    }
    expect(sizes.every((size, nth) => nth === 0 || size > (sizes[nth - 1] as number))).toBe(true);
    expect(existsSync(path)).toBe(false);
    await file.close();
    expect([existsSync(path), existsSync(`${path}.part`), file.rows]).toEqual([true, false, 1_000]);
    const { row_groups: groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(groups.map(({ num_rows: count }) => Number(count))).toEqual(Array.from({ length: 10 }, () => 100));
  });

  it('copies what it is given', async () => {
    const vector = Float32Array.of(1, 2, 3);
    const file = await ParquetFile.create(join(folder, 'copied'), { columns, features });
    await file.add(row('a')[0], vector);
    vector.fill(9);
    await file.add(row('b')[0], vector);
    await file.close();
    expect((await read('copied')).map(({ amount }) => amount)).toEqual([1, 9]);
  });

  it('leaves nothing behind when it is discarded', async () => {
    const file = await ParquetFile.create(join(folder, 'discarded'), { columns, features });
    await file.add(...row('a'));
    await file.discard();
    expect(['discarded', 'discarded.part'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });

  it.each([
    ['id', 0, null],
    ['id', 0, 5],
    ['at', 1, 1.5],
    ['count', 2, 2 ** 53],
    ['count', 2, '1'],
    ['late', 3, 1],
    ['share', 4, null],
    ['score', 6, Number.NaN],
  ] as const)('refuses a cell of another type, at once: %s', async (name, column, cell) => {
    const file = await ParquetFile.create(join(folder, 'wrong'), { columns, features });
    await expect(file.add(row('a')[0].with(column, cell), Float32Array.of(1, 2, 3))).rejects.toThrow(`${name}: `);
    await expect(file.add(row('a')[0].slice(1), Float32Array.of(1, 2, 3))).rejects.toThrow(RangeError);
    await expect(file.add(row('a')[0], Float32Array.of(1, 2))).rejects.toThrow(RangeError);
    await file.discard();
  });
});
