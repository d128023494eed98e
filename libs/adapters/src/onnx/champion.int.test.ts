import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { featureManifestText, FEATURES, type Model } from '#libs/core';
import { modelContract } from '#libs/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from './load-model.ts';
import type { LoadedModel } from './loaded-model.ts';
import { parseManifest } from './model-manifest.ts';
import { directoryOf, readRegistry } from './model-registry.ts';
import { shareRuns } from './shared-runs.ts';

const featureSet = createHash('sha256').update(featureManifestText).digest('hex');
const models = join(import.meta.dirname, '../../../../models');
const { champion } = await readRegistry(join(models, 'registry.json'));
const directory = directoryOf(models, champion);
const trust = { featureSet, manifestSha256: champion.manifestSha256 };
const golden = parseManifest(await readFile(join(directory, 'manifest.json'), 'utf8'), 'champion').golden;
const width = FEATURES.length;

const RUN_ROWS = 64;

for (const [name, asUsed] of [
  ['the champion', (model: LoadedModel): Model => model],
  ['the champion whose callers share its runs', (model: LoadedModel): Model => shareRuns(model, RUN_ROWS)],
] as const) {
  modelContract(name, async () => {
    const loaded = await loadModel(directory, trust);
    const vectors = Array.from({ length: golden.rows }, (_, row) =>
      golden.vectors.subarray(row * width, (row + 1) * width),
    );
    return { model: asUsed(loaded), vectors, close: () => loaded.close() };
  });
}

describe('the champion', () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(directory, trust);
  });
  afterAll(() => model.close());

  test('belongs to the features that this build computes', () => {
    expect(model.featureSet).toBe(featureSet);
    expect(model.identity).toMatchObject({ id: champion.id, version: champion.version });
  });

  test('gives probabilities, also for what no transaction should be', async () => {
    const vectors = Float32Array.from(
      { length: 4 * width },
      (_, i) => [NaN, 0, 2 ** 24 - 1, -1][Math.floor(i / width)] ?? 0,
    );
    const scores = await model.score(vectors, 4);
    expect([...scores].filter((score) => !(score >= 0 && score <= 1))).toEqual([]);
    expect(new Set(scores).size).toBeGreaterThan(1);
  });

  test('does not take half a vector', () => {
    expect(() => model.score(new Float32Array(width + 1), 1)).toThrow(/as many numbers/);
  });
});
