import type { Decision } from '../decision.ts';
import { DriftCounts, type ModelDrift } from './drift.ts';
import type { ModelReference } from './model-reference.ts';

/** A model by its graph, with where its inputs and scores lay. */
export interface ReferredModel {
  readonly sha256: string;
  readonly reference: ModelReference;
}

/** Counts the decisions of one model in windows of `windowDecisions`, for what was seen last to be compared with what the model was made on. */
export class DriftWatch {
  readonly #model: ReferredModel;
  readonly #windowDecisions: number;
  #filling: DriftCounts;
  #last: ModelDrift | null = null;

  constructor(model: ReferredModel, { windowDecisions }: { readonly windowDecisions: number }) {
    this.#model = model;
    this.#windowDecisions = windowDecisions;
    this.#filling = new DriftCounts(model.reference);
  }

  /** What the last window that was full came to; null before. */
  get last(): ModelDrift | null {
    return this.#last;
  }

  /** Counts a decision; one of another model is passed over. */
  offer({ model, probability, vector }: Decision): void {
    const { sha256, reference } = this.#model;
    if (model?.sha256 !== sha256 || probability === null || vector.length !== reference.features.length) return;
    this.#filling.add(vector, probability);
    if (this.#filling.rows < this.#windowDecisions) return;
    this.#last = this.#filling.drift();
    this.#filling = new DriftCounts(reference);
  }
}
