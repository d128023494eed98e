import type { Tree } from './tree-ensemble.ts';

/** One input on the way to a leaf: the values that lead there at all of its nodes, and the share of the data that went so. */
interface Condition {
  readonly low: number;
  readonly high: number;
  readonly takesMissing: boolean;
  readonly share: number;
}

/** The leaves of all trees with the inputs on their paths, each input once a leaf, in columns. */
export class LeafPaths {
  readonly count: number;
  /** Inputs of leaf i: entries `starts[i]` to `starts[i + 1]` of the columns below. */
  readonly starts: Int32Array;
  readonly values: Float64Array;
  readonly features: Int32Array;
  /** Leads to the leaf: low <= x < high, or x is missing and `takesMissing` is 1. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly takesMissing: Uint8Array;
  readonly shares: Float64Array;
  /** Most inputs of one leaf. */
  readonly longest: number;
  /** What the trees give when no input is known: the mean of their leaves, by cover. */
  readonly expected: number;

  private constructor(leaves: readonly Leaf[]) {
    const entries = leaves.flatMap(({ conditions }) => [...conditions]);
    this.count = leaves.length;
    this.starts = new Int32Array(leaves.length + 1);
    leaves.forEach(({ conditions }, i) => (this.starts[i + 1] = (this.starts[i] as number) + conditions.size));
    this.values = Float64Array.from(leaves, ({ value }) => value);
    this.features = Int32Array.from(entries, ([feature]) => feature);
    this.lows = Float64Array.from(entries, ([, { low }]) => low);
    this.highs = Float64Array.from(entries, ([, { high }]) => high);
    this.takesMissing = Uint8Array.from(entries, ([, { takesMissing }]) => (takesMissing ? 1 : 0));
    this.shares = Float64Array.from(entries, ([, { share }]) => share);
    this.longest = leaves.reduce((most, { conditions }) => Math.max(most, conditions.size), 0);
    this.expected = leaves.reduce((sum, { value, conditions }) => sum + value * shareOfAll(conditions), 0);
  }

  static of(trees: readonly Tree[]): LeafPaths {
    return new LeafPaths(trees.flatMap((tree) => leavesOf(tree, 0, new Map())));
  }
}

type Conditions = ReadonlyMap<number, Condition>;

interface Leaf {
  readonly value: number;
  readonly conditions: Conditions;
}

const ANYTHING: Condition = { low: -Infinity, high: Infinity, takesMissing: true, share: 1 };

function leavesOf(tree: Tree, node: number, conditions: Conditions): Leaf[] {
  if (tree.left[node] === -1) return [{ value: tree.value[node] as number, conditions }];
  const feature = tree.feature[node] as number;
  const threshold = tree.threshold[node] as number;
  const missingLeft = tree.missingLeft[node] === 1;
  const before = conditions.get(feature) ?? ANYTHING;
  return [true, false].flatMap((isLeft) => {
    const child = (isLeft ? tree.left[node] : tree.right[node]) as number;
    const condition: Condition = {
      low: isLeft ? before.low : Math.max(before.low, threshold),
      high: isLeft ? Math.min(before.high, threshold) : before.high,
      takesMissing: before.takesMissing && missingLeft === isLeft,
      share: (before.share * (tree.cover[child] as number)) / (tree.cover[node] as number),
    };
    return leavesOf(tree, child, new Map([...conditions, [feature, condition]]));
  });
}

function shareOfAll(conditions: Conditions): number {
  return [...conditions.values()].reduce((product, { share }) => product * share, 1);
}
