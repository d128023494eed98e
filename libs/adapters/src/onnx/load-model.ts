import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assert,
  type Explanation,
  type Model,
  type ModelIdentity,
  TransientFault,
  type TreeEnsemble,
  TreeExplainer,
} from '#libs/core';
import { type ModelManifest, parseManifest } from './model-manifest.ts';
import { ModelRefused } from './model-refused.ts';
import { MAX_BATCH_ROWS, ModelSession } from './model-session.ts';
import { readGraph } from './read-graph.ts';
import { verifyAnswers } from './verify-answers.ts';
import { addsUp, verifyExplanations } from './verify-explanations.ts';

/** A model that has passed every check. */
export interface LoadedModel extends Model {
  /** Frees the runtime's memory, after the batches that are under way. Nothing may be scored afterwards. */
  close(): Promise<void>;
}

export interface LoadModelOptions {
  /** Hex SHA-256 of the feature manifest that this build computes vectors by. */
  readonly featureSet: string;
}

/**
 * Loads the model in `directory` (`manifest.json` and the ONNX file that it names) and checks it: hash of the file, feature set, operators, trees, names,
 * types and shapes of inputs and outputs, and that it answers its golden vectors, and explains the answers, as it did when it was made, alone and in
 * batches. Each file is read once; what was checked is what runs. Throws `ModelRefused`.
 */
export async function loadModel(directory: string, { featureSet }: LoadModelOptions): Promise<LoadedModel> {
  const manifest = parseManifest((await readBytes(directory, 'manifest.json')).toString('utf8'), directory);
  const bytes = await readBytes(directory, manifest.file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new ModelRefused('wrong_hash', directory, {
      because: `${manifest.file} has SHA-256 ${sha256}, the manifest says ${manifest.sha256}`,
    });
  }
  if (manifest.featureSet !== featureSet) {
    const because = `it was trained on feature set ${manifest.featureSet}, this build computes ${featureSet}: train it again or deploy the build that it belongs to`;
    throw new ModelRefused('wrong_feature_set', directory, { because });
  }
  const ensemble = readGraph(bytes, manifest, directory);
  const explainer = new TreeExplainer(ensemble);
  verifyExplanations(explainer, ensemble, { golden: manifest.golden, directory });
  const session = await ModelSession.open(bytes, manifest, directory);
  try {
    await verifyAnswers(session, manifest.golden, directory);
  } catch (error) {
    await session.release();
    throw error;
  }
  return new OnnxModel(session, { manifest, explainer, calibration: ensemble });
}

async function readBytes(directory: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, file));
  } catch (cause) {
    throw new ModelRefused('unreadable', directory, { because: `${file} cannot be read`, cause });
  }
}

/** What makes log-odds of a margin. */
type Calibration = Pick<TreeEnsemble, 'scale' | 'offset'>;

class OnnxModel implements LoadedModel {
  readonly identity: ModelIdentity;
  readonly featureSet: string;
  readonly #featureCount: number;
  readonly #session: ModelSession;
  readonly #explainer: TreeExplainer;
  readonly #calibration: Calibration;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    session: ModelSession,
    made: {
      readonly manifest: ModelManifest;
      readonly explainer: TreeExplainer;
      readonly calibration: Calibration;
    },
  ) {
    const { id, version, sha256, featureSet, featureCount } = made.manifest;
    this.identity = { id, version, sha256 };
    this.featureSet = featureSet;
    this.#featureCount = featureCount;
    this.#session = session;
    this.#explainer = made.explainer;
    this.#calibration = made.calibration;
  }

  /** Calls take turns: the session has one set of buffers, and the runtime keeps the event loop while it runs. */
  score(vectors: Float32Array, rows: number): Promise<Float32Array> {
    assert(vectors.length === rows * this.#featureCount, 'vectors have as many numbers as the model has inputs');
    return this.#inTurn(() => this.#score(vectors, rows));
  }

  explain(vector: Float32Array): Promise<Explanation | null> {
    assert(vector.length === this.#featureCount, 'a vector has as many numbers as the model has inputs');
    return this.#inTurn(async () => {
      const { margins } = await this.#run(vector, 1, true);
      const { scale, offset } = this.#calibration;
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
    for (let from = 0; from < rows; from += MAX_BATCH_ROWS) {
      const to = Math.min(rows, from + MAX_BATCH_ROWS);
      const batch = vectors.subarray(from * this.#featureCount, to * this.#featureCount);
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
