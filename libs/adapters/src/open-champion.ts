import { ChampionSlot, type FollowedChampion, type ModelSource, type ModelUnusable, type OwnedModel } from '#libs/core';
import { loadRegistered, type ModelSettings, trustIn } from './load-champion.ts';
import { LoadedModel } from './onnx/loaded-model.ts';
import { readModelFiles } from './onnx/model-files.ts';
import { ModelRefused } from './onnx/model-refused.ts';
import { directoryOf, readRegistry } from './onnx/model-registry.ts';
import { MAX_BATCH_ROWS } from './onnx/model-session.ts';
import { checkTrust } from './onnx/model-trust.ts';
import { shareRuns } from './onnx/shared-runs.ts';
import { verifyApart } from './onnx/verify-apart.ts';

/** Loads and verifies the champion for a process that decides. Throws `ModelRefused` with what is wrong with it. */
export async function openChampion(models: ModelSettings): Promise<FollowedChampion> {
  const { champion } = await readRegistry(models.registry);
  const model = await loadRegistered(champion, models);
  return { slot: new ChampionSlot(shared(model)), registered: champion, source: modelSource(models) };
}

/** The models of the registry: each is verified by a process of its own, and then loaded from the very bytes that were. */
function modelSource(models: ModelSettings): ModelSource {
  return {
    registered: () =>
      orUnusable(async () => {
        const { champion, challengers } = await readRegistry(models.registry);
        return { kind: 'registered', champion, challengers } as const;
      }),
    load: async (registered) => {
      const trust = trustIn(registered, models);
      const read = await orUnusable(async () => {
        const files = await readModelFiles(directoryOf(models.directory, registered));
        checkTrust(files, trust);
        return { kind: 'read', files } as const;
      });
      // Files may still be on their way; a model that has arrived and fails will fail again.
      if (read.kind === 'unusable') return { ...read, mayPass: true };
      return orUnusable(async () => {
        await verifyApart(read.files, trust);
        const model = await LoadedModel.open(read.files);
        await model.warmUp();
        return { kind: 'loaded', model: shared(model) } as const;
      });
    },
  };
}

/** Batches of different partitions share the runs of a model. */
function shared(model: LoadedModel): OwnedModel {
  return { ...shareRuns(model, MAX_BATCH_ROWS), reference: model.reference, close: () => model.close() };
}

async function orUnusable<T>(work: () => Promise<T>): Promise<T | ModelUnusable> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelRefused)) throw error;
    return { kind: 'unusable', reason: error.message, mayPass: false };
  }
}
