import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURES, type Model } from '#libs/core';

/** In log-odds of the margin: the trainer adds float32 numbers. */
const TOLERANCE = 1e-4;

/**
 * Explains the rows in `folder` (`vectors.f32`, and `contributions.f32` as the trainer computed them: a column a feature, the bias last) and compares.
 * Returns how many rows there were and the greatest difference, in log-odds. Throws when one is above 1e-4, or a row cannot be explained.
 */
export async function checkExplanations(
  model: Model,
  scale: number,
  folder: string,
): Promise<{ rows: number; greatest: number }> {
  const [vectors, trained] = await Promise.all(
    ['vectors.f32', 'contributions.f32'].map((file) => floats(folder, file)),
  );
  if (vectors === undefined || trained === undefined) throw new Error('Nothing to compare explanations with');
  const width = FEATURES.length;
  const rows = vectors.length / width;
  let greatest = 0;
  for (let row = 0; row < rows; row++) {
    const explanation = await model.explain(vectors.subarray(row * width, (row + 1) * width));
    if (explanation === null) throw new Error(`Row ${row} cannot be explained`);
    for (const [place, part] of explanation.contributions.entries()) {
      const difference = Math.abs(part / scale - (trained[row * (width + 1) + place] as number));
      greatest = Math.max(greatest, difference);
      if (difference <= TOLERANCE) continue;
      throw new Error(
        `Row ${row}: ${FEATURES[place]?.name} contributes ${difference} more or less than the trainer says`,
      );
    }
  }
  return { rows, greatest };
}

async function floats(folder: string, file: string): Promise<Float32Array> {
  const bytes = await readFile(join(folder, file));
  return new Float32Array(new Uint8Array(bytes).buffer);
}
