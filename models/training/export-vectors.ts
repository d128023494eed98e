import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURES, featureManifestText } from '#libs/core';
import type { Known, SimulatedEvent } from '#libs/simulator';
// By its file: see train.ts.
import { VectorFile } from '../../libs/adapters/src/onnx/vector-file.ts';
import { APPROVING, replay } from './replay.ts';

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
 * Replays a history through the core and writes what a trainer needs into `folder`: `vectors.f32` (little-endian float32, rows x features),
 * `rows.csv` (one line a row, in the same order) and `manifest.json`. Byte for byte the same for the same history.
 */
export async function exportVectors(
  history: Iterable<Known>,
  folder: string,
  { source, onProgress }: { source: object; onProgress: (rows: number) => void },
): Promise<VectorSet> {
  await mkdir(folder, { recursive: true });
  const vectors = new VectorFile(join(folder, 'vectors.f32'), FEATURES.length);
  const rows = await open(join(folder, 'rows.csv'), 'w');
  let lines = 'transaction_id,event_time_ms,fraud,scenario,amount_minor,currency\n';
  let frauds = 0;
  for await (const { event, decision } of replay(history, APPROVING)) {
    await vectors.add(decision.vector);
    lines += rowOf(event);
    if (event.label.fraud) frauds += 1;
    if (vectors.rows % ROWS_PER_WRITE !== 0) continue;
    await rows.write(lines);
    lines = '';
    onProgress(vectors.rows);
  }
  await rows.write(lines);
  await rows.close();
  const set: VectorSet = { rows: vectors.rows, frauds, vectorsSha256: await vectors.close() };
  const manifest = {
    features: FEATURES.map(({ name }) => name),
    feature_set: featureSet,
    rows: set.rows,
    frauds,
    vectors_sha256: set.vectorsSha256,
    source,
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return set;
}

function rowOf({ transaction, label, eventTimeMs }: SimulatedEvent): string {
  const { transaction_id: id, amount_minor: amountMinor, currency } = transaction;
  return `${id},${eventTimeMs},${label.fraud ? 1 : 0},${label.scenario ?? ''},${amountMinor},${currency}\n`;
}
