import { createHash } from 'node:crypto';
import { featureManifestText, type RegisteredModel } from '#libs/core';
import { loadModel } from './onnx/load-model.ts';
import type { LoadedModel } from './onnx/loaded-model.ts';
import { directoryOf, readRegistry } from './onnx/model-registry.ts';
import type { ModelTrust } from './onnx/model-trust.ts';

/** Hex SHA-256 of the manifest of the features that this build computes. */
export const FEATURE_SET = createHash('sha256').update(featureManifestText).digest('hex');

/** Where the models are and whose are believed; the names are those of the configuration. */
export interface ModelSettings {
  readonly registry: string;
  readonly directory: string;
  readonly publicKeys: readonly Uint8Array[];
}

/** Loads and verifies the model that decides. Throws `ModelRefused` with what is wrong with it. */
export async function loadChampion(models: ModelSettings): Promise<LoadedModel> {
  return loadRegistered((await readRegistry(models.registry)).champion, models);
}

/** Loads and verifies a model by the very bytes that were registered. Throws `ModelRefused` with what is wrong with it. */
export function loadRegistered(
  registered: RegisteredModel,
  models: Omit<ModelSettings, 'registry'>,
): Promise<LoadedModel> {
  return loadModel(directoryOf(models.directory, registered), trustIn(registered, models));
}

/** What `registered` must be to be believed by this build. */
export function trustIn(
  { manifestSha256 }: Pick<RegisteredModel, 'manifestSha256'>,
  { publicKeys }: Pick<ModelSettings, 'publicKeys'>,
): ModelTrust {
  return { featureSet: FEATURE_SET, manifestSha256, publicKeys };
}
