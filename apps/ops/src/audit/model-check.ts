import { FEATURES, type Model, type PlacedDecision, probabilityViolations } from '#libs/core';
import type { Tally } from './tally.ts';

const BATCH = 256;

/** Models by the hex SHA-256 of their graphs. */
export type ModelsAtHand = ReadonlyMap<string, Model>;

/** Runs the decisions' vectors through the models that made them again, in batches. */
export class ModelCheck {
  readonly #partition: number;
  readonly #models: ModelsAtHand;
  readonly #tally: Tally;
  readonly #waiting = new Map<Model, PlacedDecision[]>();
  #notChecked = 0;

  constructor(partition: number, models: ModelsAtHand, tally: Tally) {
    this.#partition = partition;
    this.#models = models;
    this.#tally = tally;
  }

  /** Scored decisions of which the model is not at hand. */
  get notChecked(): number {
    return this.#notChecked;
  }

  async add(placed: PlacedDecision): Promise<void> {
    const { probability, model, featureSet, vector } = placed.decision;
    if (probability === null) return;
    const own = this.#models.get(model?.sha256 ?? '');
    if (own === undefined || own.featureSet !== featureSet || vector.length !== FEATURES.length) {
      this.#notChecked += 1;
      return;
    }
    const waiting = this.#waiting.get(own) ?? [];
    waiting.push(placed);
    this.#waiting.set(own, waiting);
    if (waiting.length === BATCH) await this.#check(own, waiting);
  }

  async flush(): Promise<void> {
    for (const [model, decisions] of this.#waiting) await this.#check(model, decisions);
  }

  async #check(model: Model, decisions: readonly PlacedDecision[]): Promise<void> {
    this.#waiting.delete(model);
    const vectors = new Float32Array(decisions.length * FEATURES.length);
    decisions.forEach(({ decision }, row) => vectors.set(decision.vector, row * FEATURES.length));
    const probabilities = await model.score(vectors, decisions.length);
    this.#tally.add(probabilityViolations(this.#partition, decisions, probabilities));
  }
}
