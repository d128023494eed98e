import { createHash } from 'node:crypto';
import { featureManifestText } from '#libs/core';
import { loadModel, type LoadedModel } from './onnx/load-model.ts';
import { readChampion } from './onnx/model-registry.ts';

/** Hex SHA-256 of the manifest of the features that this build computes. */
export const FEATURE_SET = createHash('sha256').update(featureManifestText).digest('hex');

/** Loads and verifies the model that decides. Throws `ModelRefused` with what is wrong with it. */
export async function loadChampion(models: {
  readonly registry: string;
  readonly directory: string;
}): Promise<LoadedModel> {
  const { directory } = await readChampion(models.registry, models.directory);
  return loadModel(directory, { featureSet: FEATURE_SET });
}
