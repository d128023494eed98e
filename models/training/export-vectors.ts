import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { FEATURES, featureManifestText } from '#libs/core';
import type { SimulatedEvent } from '#libs/simulator';
import { replayVectors } from './replay-vectors.ts';

/** Hex SHA-256 of the core's feature manifest: which inputs, in which order. */
export const featureSet = createHash('sha256').update(featureManifestText).digest('hex');

/** What was exported, as `manifest.json` says it. */
export interface VectorSet {
  readonly rows: number;
  readonly frauds: number;
  readonly vectorsSha256: string;
}

const ROWS_PER_WRITE = 8_192;

/**
 * Replays `events` through the core and writes what a trainer needs into `folder`: `vectors.f32` (little-endian float32, rows x features),
 * `rows.csv` (one line a row, in the same order) and `manifest.json`. Byte for byte the same for the same events.
 */
export async function exportVectors(
  events: Iterable<SimulatedEvent>,
  folder: string,
  { source, onProgress }: { source: object; onProgress: (rows: number) => void },
): Promise<VectorSet> {
  await mkdir(folder, { recursive: true });
  const vectors = createWriteStream(join(folder, 'vectors.f32'));
  const rows = createWriteStream(join(folder, 'rows.csv'));
  const hash = createHash('sha256');
  const block = new Float32Array(ROWS_PER_WRITE * FEATURES.length);
  let lines = 'transaction_id,event_time_ms,fraud,scenario,amount_minor,currency\n';
  let count = 0;
  let frauds = 0;
  const flush = async (): Promise<void> => {
    const filled = (count % ROWS_PER_WRITE || ROWS_PER_WRITE) * FEATURES.length;
    const bytes = littleEndianBytes(block.subarray(0, filled));
    hash.update(bytes);
    await write(vectors, bytes);
    await write(rows, lines);
    lines = '';
    onProgress(count);
  };
  for (const { event, vector } of replayVectors(events)) {
    const { transaction, label, eventTimeMs } = event;
    block.set(vector, (count % ROWS_PER_WRITE) * FEATURES.length);
    lines += `${transaction.transaction_id},${eventTimeMs},${label.fraud ? 1 : 0},${label.scenario ?? ''},${transaction.amount_minor},${transaction.currency}\n`;
    count += 1;
    if (label.fraud) frauds += 1;
    if (count % ROWS_PER_WRITE === 0) await flush();
  }
  if (count % ROWS_PER_WRITE !== 0) await flush();
  await Promise.all([end(vectors), end(rows)]);
  const set: VectorSet = { rows: count, frauds, vectorsSha256: hash.digest('hex') };
  const manifest = {
    features: FEATURES.map(({ name }) => name),
    feature_set: featureSet,
    rows: count,
    frauds,
    vectors_sha256: set.vectorsSha256,
    source,
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return set;
}

/** A copy, as the block is filled again while a write may still be under way. */
function littleEndianBytes(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? bytes : bytes.swap32();
}

async function write(stream: WriteStream, chunk: Buffer | string): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain');
}

async function end(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'finish');
}
