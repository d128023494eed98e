/**
 * One binary tree over float32 inputs, a column per property, node 0 first. An input goes left where its value is less than the threshold, or is
 * missing (NaN) and `missingLeft` is 1.
 */
export interface Tree {
  /** Which input an inner node asks. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  /** Children of a node; -1 of a leaf. A child comes after its parent. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly missingLeft: Uint8Array;
  /** What a leaf adds to the margin. */
  readonly value: Float32Array;
  /** How much of the training data came through the node; more than 0. */
  readonly cover: Float32Array;
}

/** Trees whose leaves add up to a margin, and the calibration that turns it into log-odds: `scale` x margin + `offset`. */
export interface TreeEnsemble {
  readonly featureCount: number;
  readonly trees: readonly Tree[];
  readonly scale: number;
  readonly offset: number;
}

/** Where an input with this value goes from an inner node. */
export function childOf(tree: Tree, node: number, value: number): number {
  const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value < (tree.threshold[node] as number);
  return (goesLeft ? tree.left[node] : tree.right[node]) as number;
}
