import {
  assert,
  type Explanation,
  type ModelIdentity,
  type ModelReference,
  type OwnedModel,
  TransientFault,
  type TreeEnsemble,
  TreeExplainer,
} from '#libs/core';
import type { ModelFiles } from './model-files.ts';
import type { ModelManifest } from './model-manifest.ts';
import { MAX_BATCH_ROWS, ModelSession } from './model-session.ts';
import { readGraph } from './read-graph.ts';
import { verifyAnswers } from './verify-answers.ts';
import { addsUp, verifyExplanations } from './verify-explanations.ts';

/** A model in the runtime, with what explains it. */
export class LoadedModel implements OwnedModel {
  readonly identity: ModelIdentity;
  readonly featureSet: string;
  readonly reference: ModelReference | null;
  readonly #manifest: ModelManifest;
  readonly #directory: string;
  readonly #session: ModelSession;
  readonly #explainer: TreeExplainer;
  readonly #ensemble: TreeEnsemble;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(files: ModelFiles, session: ModelSession, ensemble: TreeEnsemble) {
    const { id, version, sha256, featureSet } = files.manifest;
    this.identity = { id, version, sha256 };
    this.featureSet = featureSet;
    this.reference = files.manifest.reference;
    this.#manifest = files.manifest;
    this.#directory = files.directory;
    this.#session = session;
    this.#ensemble = ensemble;
    this.#explainer = new TreeExplainer(ensemble);
  }

  /** Reads the graph and loads it into the runtime. Throws `ModelRefused` for a graph that is not of our kind. */
  static async open(files: ModelFiles): Promise<LoadedModel> {
    const { graph, manifest, directory } = files;
    const ensemble = readGraph(graph, manifest, directory);
    return new LoadedModel(files, await ModelSession.open(graph, manifest, directory), ensemble);
  }

  /** Answers and explains its golden vectors as when it was made, alone and in batches. Throws `ModelRefused`. */
  async verify(): Promise<void> {
    const { golden } = this.#manifest;
    verifyExplanations(this.#explainer, this.#ensemble, { golden, directory: this.#directory });
    await verifyAnswers(this.#session, golden, this.#directory);
  }

  /** Runs what a first batch would find cold. */
  async warmUp(): Promise<void> {
    const { vectors, rows } = this.#manifest.golden;
    await this.score(vectors, rows);
    await this.explain(vectors.subarray(0, this.#manifest.featureCount));
  }

  /** Calls take turns: the session has one set of buffers, and the runtime keeps the event loop while it runs. */
  score(vectors: Float32Array, rows: number): Promise<Float32Array> {
    assert(
      vectors.length === rows * this.#manifest.featureCount,
      'vectors have as many numbers as the model has inputs',
    );
    return this.#inTurn(() => this.#score(vectors, rows));
  }

  explain(vector: Float32Array): Promise<Explanation | null> {
    assert(vector.length === this.#manifest.featureCount, 'a vector has as many numbers as the model has inputs');
    return this.#inTurn(async () => {
      const { margins } = await this.#run(vector, 1, true);
      const { scale, offset } = this.#ensemble;
      const explanation = this.#explainer.explain(vector);
      return addsUp(explanation, scale * (margins[0] as number) + offset) ? explanation : null;
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#session.release());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // The caller gets the fault of its own call; the next turn begins all the same.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #score(vectors: Float32Array, rows: number): Promise<Float32Array> {
    const scores = new Float32Array(rows);
    const { featureCount } = this.#manifest;
    for (let from = 0; from < rows; from += MAX_BATCH_ROWS) {
      const to = Math.min(rows, from + MAX_BATCH_ROWS);
      const batch = vectors.subarray(from * featureCount, to * featureCount);
      scores.set((await this.#run(batch, to - from, false)).probabilities, from);
    }
    return scores;
  }

  async #run(vectors: Float32Array, rows: number, withMargins: boolean): ReturnType<ModelSession['run']> {
    try {
      return await this.#session.run(vectors, rows, withMargins);
    } catch (cause) {
      throw new TransientFault('model_failed', `model ${this.identity.id} cannot run`, { cause });
    }
  }
}
