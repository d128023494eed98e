import type { Tree, TreeEnsemble } from '#libs/core';
import type { OnnxNode } from './onnx-format.ts';

/** What our exporter writes into a TreeEnsembleRegressor, and what each says; nothing else is understood. */
const FIXED: Readonly<Record<string, string>> = {
  aggregate_function: 'SUM',
  post_transform: 'NONE',
  n_targets: '1',
  base_values: '0',
};
const COLUMNS = [
  'nodes_treeids',
  'nodes_nodeids',
  'nodes_featureids',
  'nodes_modes',
  'nodes_values',
  'nodes_truenodeids',
  'nodes_falsenodeids',
  'nodes_missing_value_tracks_true',
  'nodes_hitrates',
  'target_treeids',
  'target_nodeids',
  'target_ids',
  'target_weights',
] as const;

type Column = (typeof COLUMNS)[number];
type Table = Readonly<Record<Column, readonly (number | string)[]>>;

const MOST_DEPTH = 16;

/** Trees that cannot be explained, or are none. */
export class UnreadableTrees extends Error {
  override readonly name = 'UnreadableTrees';
}

/**
 * The trees of a TreeEnsembleRegressor, checked: each a binary tree over the model's inputs, at most 16 deep, with a leaf's value at its end and the share of
 * the training data (`nodes_hitrates`) on its way. Throws `UnreadableTrees`.
 */
export function readTrees(node: OnnxNode, featureCount: number): TreeEnsemble['trees'] {
  const table = tableOf(node);
  const rows = table.nodes_treeids.length;
  for (const column of COLUMNS.filter((name) => name.startsWith('nodes_'))) {
    demand(table[column].length === rows, `${column} has ${table[column].length} entries, there are ${rows} nodes`);
  }
  const values = leafValues(table);
  const trees: Tree[] = [];
  for (let from = 0; from < rows;) {
    demand(table.nodes_treeids[from] === trees.length, `tree ${trees.length} is not where it is expected`);
    let to = from;
    while (to < rows && table.nodes_treeids[to] === trees.length) to++;
    trees.push(treeOf(table, { from, to, values, featureCount }));
    from = to;
  }
  const leaves = trees.reduce((sum, { left }) => sum + left.filter((child) => child === -1).length, 0);
  demand(leaves === values.size, `there are ${leaves} leaves and ${values.size} values of leaves`);
  return trees;
}

function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new UnreadableTrees(otherwise);
}

function tableOf({ attribute }: OnnxNode): Table {
  const text = new TextDecoder();
  const table: Partial<Record<Column, readonly (number | string)[]>> = {};
  for (const { name, i, s, floats, ints, strings } of attribute) {
    const fixed = FIXED[name];
    if (fixed !== undefined) {
      const found = s.length > 0 ? text.decode(s) : floats.length > 0 ? floats.join() : `${i}`;
      demand(found === fixed, `${name} is ${found} where ${fixed} is expected`);
      continue;
    }
    const column = COLUMNS.find((known) => known === name);
    demand(column !== undefined, `${name} is not understood`);
    table[column] = strings.length > 0 ? strings.map((bytes) => text.decode(bytes)) : floats.length > 0 ? floats : ints;
  }
  const absent = COLUMNS.find((name) => table[name] === undefined);
  demand(absent === undefined, `${absent} is missing`);
  return table as Table;
}

/** By `<tree> <node>`. */
function leafValues(table: Table): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [row, weight] of table.target_weights.entries()) {
    demand(table.target_ids[row] === 0, 'a leaf adds to something else than the margin');
    demand(typeof weight === 'number' && Number.isFinite(weight), 'the value of a leaf is not finite');
    values.set(`${table.target_treeids[row]} ${table.target_nodeids[row]}`, weight);
  }
  demand(values.size === table.target_weights.length, 'a leaf has two values');
  return values;
}

function treeOf(
  table: Table,
  {
    from,
    to,
    values,
    featureCount,
  }: { from: number; to: number; values: ReadonlyMap<string, number>; featureCount: number },
): Tree {
  const size = to - from;
  const treeId = table.nodes_treeids[from];
  const numbers = (name: Column): number[] => table[name].slice(from, to) as number[];
  const isLeaf = table.nodes_modes.slice(from, to).map((mode) => mode === 'LEAF');
  const tree: Tree = {
    feature: Int32Array.from(numbers('nodes_featureids')),
    threshold: Float32Array.from(numbers('nodes_values')),
    left: Int32Array.from(numbers('nodes_truenodeids'), (child, node) => (isLeaf[node] ? -1 : child)),
    right: Int32Array.from(numbers('nodes_falsenodeids'), (child, node) => (isLeaf[node] ? -1 : child)),
    missingLeft: Uint8Array.from(numbers('nodes_missing_value_tracks_true')),
    value: Float32Array.from({ length: size }, (_, node) => values.get(`${treeId} ${node}`) ?? 0),
    cover: Float32Array.from(numbers('nodes_hitrates')),
  };
  const depth = new Int32Array(size).fill(-1);
  depth[0] = 0;
  for (let node = 0; node < size; node++) {
    const where = `node ${node} of tree ${treeId}`;
    demand(table.nodes_nodeids[from + node] === node && (depth[node] as number) >= 0, `${where} has no place in it`);
    demand(
      (tree.cover[node] as number) > 0 && Number.isFinite(tree.cover[node]),
      `${where} saw no data (nodes_hitrates)`,
    );
    if (isLeaf[node]) {
      demand(values.has(`${treeId} ${node}`), `${where} is a leaf without a value`);
      continue;
    }
    demand(table.nodes_modes[from + node] === 'BRANCH_LT', `${where} does not compare by <`);
    demand(Number.isFinite(tree.threshold[node]), `${where} has no finite threshold`);
    demand(
      (tree.feature[node] as number) >= 0 && (tree.feature[node] as number) < featureCount,
      `${where} asks no input`,
    );
    demand((depth[node] as number) < MOST_DEPTH, `tree ${treeId} is deeper than ${MOST_DEPTH}`);
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      demand(child > node && child < size && depth[child] === -1, `${where} leads to no node of its own`);
      depth[child] = (depth[node] as number) + 1;
    }
  }
  return tree;
}
