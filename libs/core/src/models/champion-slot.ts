import type { ModelIdentity } from '../decision.ts';
import type { Model } from '../ports/model.ts';
import type { ModelReference } from './model-reference.ts';
import type { ModelSlot } from './model-slot.ts';

/** A model that holds memory of a runtime until it is closed. */
export interface OwnedModel extends Model {
  /** How its inputs and scores lay when it was made; null where nobody has written that down. */
  readonly reference: ModelReference | null;
  /** Frees what the model holds. Nothing may be scored afterwards. */
  close(): Promise<void>;
}

/** A model with those that work with it. */
class Tenancy {
  readonly model: OwnedModel;
  readonly #left = Promise.withResolvers<void>();
  #users = 0;
  #isOver = false;

  constructor(model: OwnedModel) {
    this.model = model;
  }

  async use<T>(work: (model: Model) => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await work(this.model);
    } finally {
      this.#users -= 1;
      this.#leave();
    }
  }

  /** Closes the model when the last of its users has ended. Nobody may begin any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#leave();
    await this.#left.promise;
    await this.model.close();
  }

  #leave(): void {
    if (this.#isOver && this.#users === 0) this.#left.resolve();
  }
}

/** The model that decides, replaceable between two batches. */
export class ChampionSlot implements ModelSlot {
  #tenancy: Tenancy;

  /** `model` belongs to the slot from now on. */
  constructor(model: OwnedModel) {
    this.#tenancy = new Tenancy(model);
  }

  /** Of the model that the next batch is decided by. */
  get identity(): ModelIdentity {
    return this.#tenancy.model.identity;
  }

  get reference(): ModelReference | null {
    return this.#tenancy.model.reference;
  }

  use<T>(work: (model: Model) => Promise<T>): Promise<T> {
    return this.#tenancy.use(work);
  }

  /** From now on batches are decided by `model`. Resolves when the model before it has ended its last batch and is closed. */
  async replace(model: OwnedModel): Promise<void> {
    const before = this.#tenancy;
    this.#tenancy = new Tenancy(model);
    await before.end();
  }

  /** Closes the model after the batches that are under way. No batch may begin any more. */
  async close(): Promise<void> {
    await this.#tenancy.end();
  }
}
