import type { TreeEnsemble } from '#libs/core';
import type { ModelManifest } from './model-manifest.ts';
import { ModelRefused, type ModelRefusal } from './model-refused.ts';
import { type OnnxGraph, type OnnxTensor, readOnnx } from './onnx-format.ts';
import { readTrees, UnreadableTrees } from './read-trees.ts';

/** The one graph that is run: trees, and the calibration of their margin. Whatever else a file could hold is not for a decision. */
const OPERATORS = ['ai.onnx.ml TreeEnsembleRegressor', 'Mul', 'Add', 'Sigmoid'];
/** Versions of them: another may mean something else by the same name. */
const OPSETS = ['ai.onnx 17', 'ai.onnx.ml 3'];
const FLOAT = 1;
const EXTERNAL = 1;

/**
 * What the graph in `bytes` computes, so that it can be explained. Throws `ModelRefused` `not_loadable` for what is no ONNX file, `unknown_opset`,
 * `external_data` where numbers lie in another file, `unknown_operator` or `wrong_signature` for any other graph than vectors -> trees -> margin -> x a -> + b -> sigmoid -> probability, `bad_trees`.
 */
export function readGraph(bytes: Uint8Array, manifest: ModelManifest, directory: string): TreeEnsemble {
  const refuse = (code: ModelRefusal, because: string, cause?: unknown): never => {
    throw new ModelRefused(code, directory, { because, cause });
  };
  const { graph, opsets } = graphOf(bytes, directory);
  if (opsets.join() !== OPSETS.join()) {
    return refuse('unknown_opset', `it is written in ${opsets.join(', ')} where ${OPSETS.join(', ')} is expected`);
  }
  const tensors = [...graph.initializer, ...graph.node.flatMap(({ attribute }) => attribute.map(({ t }) => t))];
  if (
    tensors.some((tensor) => tensor !== null && (tensor.dataLocation === EXTERNAL || tensor.externalData.length > 0))
  ) {
    return refuse('external_data', 'a part of it lies in another file, which no hash of ours covers');
  }
  const operators = graph.node.map(({ domain, opType }) => `${domain} ${opType}`.trim());
  if (operators.join() !== OPERATORS.join() || graph.sparseInitializer.length > 0) {
    return refuse('unknown_operator', `the graph is ${operators.join(', ')} where ${OPERATORS.join(', ')} is expected`);
  }
  const [trees, scaled, shifted, squashed] = graph.node as [Node, Node, Node, Node];
  const [a, b] = [scaled.input[1], shifted.input[1]];
  const wires = [trees, scaled, shifted, squashed].map(({ input, output }) => `${input.join()}>${output.join()}`);
  const expected = [
    `${manifest.input}>${manifest.marginOutput}`,
    `${manifest.marginOutput},${a}>${scaled.output[0]}`,
    `${scaled.output[0]},${b}>${shifted.output[0]}`,
    `${shifted.output[0]}>${manifest.probabilityOutput}`,
  ];
  if (wires.join() !== expected.join()) {
    return refuse('wrong_signature', `the graph is ${wires.join('; ')} where ${expected.join('; ')} is expected`);
  }
  const [scale, offset] = [a, b].map((name) => numberOf(graph.initializer.find((tensor) => tensor.name === name)));
  if (scale === undefined || offset === undefined) return refuse('bad_trees', 'the calibration is not two numbers');
  if (!Number.isFinite(scale) || !Number.isFinite(offset)) return refuse('not_finite', 'the calibration is not finite');
  try {
    return { featureCount: manifest.featureCount, trees: readTrees(trees, manifest.featureCount), scale, offset };
  } catch (error) {
    if (error instanceof UnreadableTrees) return refuse('bad_trees', error.message);
    throw error;
  }
}

type Node = OnnxGraph['node'][number];

function graphOf(
  bytes: Uint8Array,
  directory: string,
): { readonly graph: OnnxGraph; readonly opsets: readonly string[] } {
  try {
    const { graph, functions, opsetImport } = readOnnx(bytes);
    if (graph === null) throw new TypeError('it has no graph');
    if (functions.length > 0) throw new TypeError('it brings functions of its own');
    const opsets = opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).toSorted();
    return { graph, opsets };
  } catch (cause) {
    const because = `it is not read as ONNX: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ModelRefused('not_loadable', directory, { because, cause });
  }
}

/** The only number of a float32 tensor. */
function numberOf(tensor: OnnxTensor | undefined): number | undefined {
  if (tensor === undefined || tensor.dataType !== FLOAT || tensor.dims.some((size) => size !== 1)) return undefined;
  const { floatData, rawData } = tensor;
  if (floatData.length === 1 && rawData.length === 0) return floatData[0];
  if (floatData.length > 0 || rawData.length !== 4) return undefined;
  return new DataView(rawData.buffer, rawData.byteOffset, 4).getFloat32(0, true);
}
