import { FEATURES, type Model, type PlacedDecision, probabilityViolations } from '#libs/core';
import type { Tally } from './tally.ts';

const BATCH = 256;

/** Runs the decisions' vectors through their model again, in batches. */
export class ModelCheck {
  readonly #partition: number;
  readonly #model: Model | null;
  readonly #tally: Tally;
  #waiting: PlacedDecision[] = [];
  #notChecked = 0;

  constructor(partition: number, model: Model | null, tally: Tally) {
    this.#partition = partition;
    this.#model = model;
    this.#tally = tally;
  }

  /** Scored decisions of which the model is not at hand. */
  get notChecked(): number {
    return this.#notChecked;
  }

  async add(placed: PlacedDecision): Promise<void> {
    const { probability, model, featureSet, vector } = placed.decision;
    if (probability === null) return;
    const own = this.#model;
    const atHand = own !== null && own.identity.sha256 === model?.sha256 && own.featureSet === featureSet;
    if (!atHand || vector.length !== FEATURES.length) {
      this.#notChecked += 1;
      return;
    }
    this.#waiting.push(placed);
    if (this.#waiting.length === BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const decisions = this.#waiting;
    this.#waiting = [];
    if (decisions.length === 0 || this.#model === null) return;
    const vectors = new Float32Array(decisions.length * FEATURES.length);
    decisions.forEach(({ decision }, row) => vectors.set(decision.vector, row * FEATURES.length));
    const probabilities = await this.#model.score(vectors, decisions.length);
    this.#tally.add(probabilityViolations(this.#partition, decisions, probabilities));
  }
}
