import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from './model-manifest.ts';
import { ModelRefused } from './model-refused.ts';

/** Rows in one run: the largest number that does not hold up the event loop for long. */
export const MAX_BATCH_ROWS = 64;

/** The runtime runs on the thread of the event loop; threads of its own would only compete with it. */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Faults are thrown as well; the log is ours.
  logSeverityLevel: 4,
};

interface BatchTensors {
  readonly input: Tensor;
  readonly margin: Tensor;
  readonly probability: Tensor;
}

/**
 * A graph of ours in onnxruntime, one batch at a time. Input and output memory is allocated once; tensors of each batch size are views of it,
 * made when that size first comes. So a caller must wait for one `run` before the next.
 */
export class ModelSession {
  readonly #session: InferenceSession;
  readonly #manifest: ModelManifest;
  readonly #vectors: Float32Array;
  readonly #margins = new Float32Array(MAX_BATCH_ROWS);
  readonly #probabilities = new Float32Array(MAX_BATCH_ROWS);
  readonly #tensors: (BatchTensors | undefined)[] = [];

  private constructor(session: InferenceSession, manifest: ModelManifest) {
    this.#session = session;
    this.#manifest = manifest;
    this.#vectors = new Float32Array(MAX_BATCH_ROWS * manifest.featureCount);
  }

  /** Loads the graph from `bytes`, which were checked before: never from a path that could lead to other bytes. Throws `ModelRefused`. */
  static async open(bytes: Uint8Array, manifest: ModelManifest, directory: string): Promise<ModelSession> {
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(bytes, OPTIONS);
    } catch (cause) {
      throw new ModelRefused('not_loadable', directory, { because: 'onnxruntime cannot load the graph', cause });
    }
    const wrong = wrongSignature(session, manifest);
    if (wrong !== undefined) {
      await session.release();
      throw new ModelRefused('wrong_signature', directory, { because: wrong });
    }
    return new ModelSession(session, manifest);
  }

  /**
   * Scores `rows` vectors, at most `MAX_BATCH_ROWS`. The results are views of memory that the next run overwrites. `withMargins` is for
   * verification; scoring needs the probabilities only.
   */
  async run(
    vectors: Float32Array,
    rows: number,
    withMargins: boolean,
  ): Promise<{ margins: Float32Array; probabilities: Float32Array }> {
    this.#vectors.set(vectors);
    const { input, margin, probability } = this.#tensorsOf(rows);
    const { input: inputName, marginOutput, probabilityOutput } = this.#manifest;
    const outputs = { [probabilityOutput]: probability, ...(withMargins ? { [marginOutput]: margin } : {}) };
    await this.#session.run({ [inputName]: input }, outputs);
    return { margins: this.#margins.subarray(0, rows), probabilities: this.#probabilities.subarray(0, rows) };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #tensorsOf(rows: number): BatchTensors {
    const known = this.#tensors[rows];
    if (known !== undefined) return known;
    const { featureCount } = this.#manifest;
    const tensors = {
      input: new Tensor('float32', this.#vectors.subarray(0, rows * featureCount), [rows, featureCount]),
      margin: new Tensor('float32', this.#margins.subarray(0, rows), [rows, 1]),
      probability: new Tensor('float32', this.#probabilities.subarray(0, rows), [rows, 1]),
    };
    this.#tensors[rows] = tensors;
    return tensors;
  }
}

function wrongSignature(
  session: InferenceSession,
  { input, marginOutput, probabilityOutput, featureCount }: ModelManifest,
): string | undefined {
  const asked = `${input} [*, ${featureCount}] -> ${[`${marginOutput} [*, 1]`, `${probabilityOutput} [*, 1]`].toSorted().join(', ')}`;
  const found = `${session.inputMetadata.map(signature).join(', ')} -> ${session.outputMetadata.map(signature).toSorted().join(', ')}`;
  return asked === found ? undefined : `the graph is ${found} where ${asked} is expected`;
}

/** Name and shape of a float32 tensor, rows left open. */
function signature(value: InferenceSession.ValueMetadata): string {
  if (!value.isTensor) return `${value.name} (no tensor)`;
  if (value.type !== 'float32') return `${value.name} (${value.type})`;
  return `${value.name} [${value.shape.map((size) => (typeof size === 'string' ? '*' : size)).join(', ')}]`;
}
