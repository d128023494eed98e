import { loadRegistered, ModelRefused, type ModelSettings } from '#libs/adapters';
import type { RegisteredModel } from '#libs/core';

/** What loading came to. */
export type ModelVerdict =
  | { readonly accepted: true; readonly sha256: string }
  | { readonly accepted: false; readonly code: string; readonly reason: string };

/** Loads `model` as a service would, with every check, and closes it again. */
export async function verifyModel(model: RegisteredModel, models: ModelSettings): Promise<ModelVerdict> {
  try {
    const loaded = await loadRegistered(model, models);
    await loaded.close();
    return { accepted: true, sha256: loaded.identity.sha256 };
  } catch (error) {
    if (!(error instanceof ModelRefused)) throw error;
    return { accepted: false, code: error.code, reason: error.because };
  }
}
