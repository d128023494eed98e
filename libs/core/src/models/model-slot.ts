import type { Model } from '../ports/model.ts';

/** Where a batch takes the model from that decides it. */
export interface ModelSlot {
  /**
   * Calls `work` with the model that decides now. Whatever becomes of the slot meanwhile, the model stays usable until `work` ends, so that all that is
   * decided in it can name the model that made it. Rejects as `work` does.
   */
  use<T>(work: (model: Model) => Promise<T>): Promise<T>;
}

/** A slot that always holds `model`: for tools and tests. */
export function fixedModel(model: Model): ModelSlot {
  return { use: (work) => work(model) };
}
