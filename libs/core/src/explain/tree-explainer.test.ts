import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreeExplainer } from './tree-explainer.ts';
import { childOf, type Tree, type TreeEnsemble } from './tree-ensemble.ts';

const FEATURES = 5;

interface Branch {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly left: Shape;
  readonly right: Shape;
}

type Shape = Branch | { readonly value: number; readonly cover: number };

const threshold = fc.integer({ min: -2, max: 2 });
const { shape } = fc.letrec<{ shape: Shape; leaf: Shape; branch: Shape }>((tie) => ({
  shape: fc.oneof({ maxDepth: 6, withCrossShrink: true }, tie('leaf'), tie('branch')),
  leaf: fc.record({ value: fc.integer({ min: -8, max: 8 }), cover: fc.integer({ min: 1, max: 50 }) }),
  branch: fc.record({
    feature: fc.nat(FEATURES - 1),
    threshold,
    missingLeft: fc.boolean(),
    left: tie('shape'),
    right: tie('shape'),
  }),
}));

const input = fc.oneof(threshold, fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5));
const vectors = fc.tuple(...Array.from({ length: FEATURES }, () => input)).map((values) => Float32Array.from(values));
const ensembles = fc
  .record({ shapes: fc.array(shape, { maxLength: 4 }), scale: fc.constantFrom(1, 0.5), offset: fc.integer() })
  .map(({ shapes, ...calibration }): TreeEnsemble => {
    return { featureCount: FEATURES, trees: shapes.map(treeOf), ...calibration };
  });

describe('the explanation of a score', () => {
  it('gives each input its Shapley value, by their definition', () => {
    fc.assert(
      fc.property(ensembles, vectors, (ensemble, vector) => {
        const { bias, contributions } = new TreeExplainer(ensemble).explain(vector);
        const { scale, offset } = ensemble;
        expect(bias).toBeCloseTo(scale * valueKnowing(ensemble, vector, 0) + offset, 6);
        for (let i = 0; i < FEATURES; i++) {
          expect(contributions[i]).toBeCloseTo(scale * shapley(ensemble, vector, i), 4);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('adds up to the log-odds of the score', () => {
    fc.assert(
      fc.property(ensembles, vectors, (ensemble, vector) => {
        const { bias, contributions } = new TreeExplainer(ensemble).explain(vector);
        const sum = contributions.reduce((total, part) => total + part, bias);
        const margin = ensemble.trees.reduce((total, tree) => total + leafOf(tree, vector), 0);
        expect(Math.abs(sum - (ensemble.scale * margin + ensemble.offset))).toBeLessThan(1e-4);
      }),
      { numRuns: 500 },
    );
  });

  it('is of the vector alone, whatever was explained before', () => {
    fc.assert(
      fc.property(ensembles, vectors, vectors, (ensemble, one, other) => {
        const explainer = new TreeExplainer(ensemble);
        explainer.explain(other);
        expect(explainer.explain(one)).toEqual(new TreeExplainer(ensemble).explain(one));
      }),
    );
  });
});

/** Weighted by the orders in which the inputs can become known. */
function shapley(ensemble: TreeEnsemble, vector: Float32Array, feature: number): number {
  let sum = 0;
  for (let known = 0; known < 2 ** FEATURES; known++) {
    if ((known & (1 << feature)) !== 0) continue;
    const size = [...Array(FEATURES).keys()].filter((i) => (known & (1 << i)) !== 0).length;
    const weight = (factorial(size) * factorial(FEATURES - 1 - size)) / factorial(FEATURES);
    sum += weight * (valueKnowing(ensemble, vector, known | (1 << feature)) - valueKnowing(ensemble, vector, known));
  }
  return sum;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function valueKnowing({ trees }: TreeEnsemble, vector: Float32Array, known: number): number {
  const valueOf = (tree: Tree, node: number): number => {
    const left = tree.left[node] as number;
    if (left === -1) return tree.value[node] as number;
    const feature = tree.feature[node] as number;
    if ((known & (1 << feature)) !== 0) return valueOf(tree, childOf(tree, node, vector[feature] as number));
    const right = tree.right[node] as number;
    const [ofLeft, ofRight] = [tree.cover[left] as number, tree.cover[right] as number];
    return (valueOf(tree, left) * ofLeft + valueOf(tree, right) * ofRight) / (ofLeft + ofRight);
  };
  return trees.reduce((sum, tree) => sum + valueOf(tree, 0), 0);
}

function leafOf(tree: Tree, vector: Float32Array): number {
  let node = 0;
  while (tree.left[node] !== -1) node = childOf(tree, node, vector[tree.feature[node] as number] as number);
  return tree.value[node] as number;
}

function treeOf(shape: Shape): Tree {
  const nodes: Record<keyof Tree, number>[] = [];
  const add = (at: Shape): number => {
    const node = nodes.push({ feature: 0, threshold: 0, left: -1, right: -1, missingLeft: 0, value: 0, cover: 0 }) - 1;
    const made = nodes[node] as Record<keyof Tree, number>;
    if ('value' in at) Object.assign(made, at);
    else {
      Object.assign(made, { feature: at.feature, threshold: at.threshold, missingLeft: at.missingLeft ? 1 : 0 });
      made.left = add(at.left);
      made.right = add(at.right);
      made.cover = (nodes[made.left]?.cover ?? 0) + (nodes[made.right]?.cover ?? 0);
    }
    return node;
  };
  add(shape);
  const column = (name: keyof Tree): number[] => nodes.map((node) => node[name]);
  return {
    feature: Int32Array.from(column('feature')),
    threshold: Float32Array.from(column('threshold')),
    left: Int32Array.from(column('left')),
    right: Int32Array.from(column('right')),
    missingLeft: Uint8Array.from(column('missingLeft')),
    value: Float32Array.from(column('value')),
    cover: Float32Array.from(column('cover')),
  };
}
