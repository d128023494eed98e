import type { Explanation, TreeEnsemble, TreeExplainer } from '#libs/core';
import type { GoldenVectors } from './model-manifest.ts';
import { ModelRefused } from './model-refused.ts';

/** In log-odds. The trainer and the runtime add float32 numbers, we add float64. */
const TOLERANCE = 1e-4;

/** Whether an explanation is one of these log-odds. */
export function addsUp({ bias, contributions }: Explanation, logOdds: number): boolean {
  const sum = contributions.reduce((total, part) => total + part, bias);
  return Math.abs(sum - logOdds) <= TOLERANCE;
}

/** Explains the golden vectors and compares with the trainer's own contributions, within 1e-4. Throws `ModelRefused` `wrong_answers`. */
export function verifyExplanations(
  explainer: TreeExplainer,
  { featureCount, scale, offset }: TreeEnsemble,
  { golden, directory }: { readonly golden: GoldenVectors; readonly directory: string },
): void {
  const width = featureCount + 1;
  for (let row = 0; row < golden.rows; row++) {
    const expected = golden.contributions.subarray(row * width, (row + 1) * width).map((part) => scale * part);
    const { bias, contributions } = explainer.explain(
      golden.vectors.subarray(row * featureCount, (row + 1) * featureCount),
    );
    const found = [...contributions, bias - offset];
    const differs = found.findIndex((part, i) => !(Math.abs(part - (expected[i] as number)) <= TOLERANCE));
    if (differs === -1) continue;
    const because = `input ${differs} of golden vector ${row} contributes ${found[differs]}, it should be ${expected[differs]}`;
    throw new ModelRefused('wrong_answers', directory, { because });
  }
}
