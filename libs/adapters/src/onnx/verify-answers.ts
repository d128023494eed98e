import type { GoldenVectors } from './model-manifest.ts';
import { ModelRefused } from './model-refused.ts';
import { MAX_BATCH_ROWS, type ModelSession } from './model-session.ts';

/** A sigmoid differs in the last bits between processors; sums of leaves do not. */
const PROBABILITY_TOLERANCE = 1e-6;

interface Answers {
  readonly margins: Float32Array;
  readonly probabilities: Float32Array;
}

/**
 * Runs the golden vectors and compares: margins bit for bit, probabilities within 1e-6; and one by one and in batches, bit for bit, as a
 * decision must not depend on what else was scored in the same run. Throws `ModelRefused` `cannot_run`,
 * `wrong_answers` or `not_finite`.
 */
export async function verifyAnswers(session: ModelSession, golden: GoldenVectors, directory: string): Promise<void> {
  const answers = (batchRows: number): Promise<Answers> =>
    answersInBatches(session, golden, batchRows).catch((cause: unknown) => {
      throw new ModelRefused('cannot_run', directory, { because: 'it cannot run its golden vectors', cause });
    });
  const together = await answers(MAX_BATCH_ROWS);
  for (let row = 0; row < golden.rows; row += 1) {
    const margin = together.margins[row] as number;
    const probability = together.probabilities[row] as number;
    const expected = golden.probabilities[row] as number;
    if (!Number.isFinite(margin) || !(probability >= 0 && probability <= 1)) {
      throw new ModelRefused('not_finite', directory, {
        because: `golden vector ${row} gives ${margin}, probability ${probability}`,
      });
    }
    if (!Object.is(margin, golden.margins[row]) || !(Math.abs(probability - expected) <= PROBABILITY_TOLERANCE)) {
      const because = `golden vector ${row} gives ${margin}, probability ${probability}; it should be ${golden.margins[row]}, ${expected}`;
      throw new ModelRefused('wrong_answers', directory, { because });
    }
  }
  for (const batchRows of [1, 3]) {
    const apart = await answers(batchRows);
    if (!sameBits(apart.margins, together.margins) || !sameBits(apart.probabilities, together.probabilities)) {
      const because = `batches of ${batchRows} and of ${MAX_BATCH_ROWS} give different answers`;
      throw new ModelRefused('wrong_answers', directory, { because });
    }
  }
}

async function answersInBatches(
  session: ModelSession,
  { vectors, rows }: GoldenVectors,
  batchRows: number,
): Promise<Answers> {
  const featureCount = vectors.length / rows;
  const answers = { margins: new Float32Array(rows), probabilities: new Float32Array(rows) };
  for (let from = 0; from < rows; from += batchRows) {
    const to = Math.min(rows, from + batchRows);
    const batch = await session.run(vectors.subarray(from * featureCount, to * featureCount), to - from, true);
    answers.margins.set(batch.margins, from);
    answers.probabilities.set(batch.probabilities, from);
  }
  return answers;
}

function sameBits(left: Float32Array, right: Float32Array): boolean {
  return left.every((value, index) => Object.is(value, right[index]));
}
