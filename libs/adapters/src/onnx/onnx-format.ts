import protobuf from 'protobufjs/light.js';

/** An ONNX file as far as a graph of trees needs it. Field numbers are those of onnx.proto; fields of others are passed over. */
export interface OnnxModel {
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: OnnxGraph | null;
  readonly functions: readonly unknown[];
}

export interface OnnxGraph {
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  readonly sparseInitializer: readonly unknown[];
}

export interface OnnxNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly opType: string;
  readonly domain: string;
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxAttribute {
  readonly name: string;
  readonly i: number;
  readonly s: Uint8Array;
  readonly t: OnnxTensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly floatData: readonly number[];
  readonly rawData: Uint8Array;
  /** 1: the numbers lie in another file. */
  readonly dataLocation: number;
  readonly externalData: readonly unknown[];
}

const list = (type: string, id: number) => ({ rule: 'repeated', type, id });
const one = (type: string, id: number) => ({ type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: { fields: { graph: one('Graph', 7), opsetImport: list('Opset', 8), functions: list('Anything', 25) } },
    Opset: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    Graph: {
      fields: {
        node: list('Node', 1),
        initializer: list('Tensor', 5),
        sparseInitializer: list('Anything', 15),
      },
    },
    Node: {
      fields: {
        input: list('string', 1),
        output: list('string', 2),
        opType: one('string', 4),
        attribute: list('Attribute', 5),
        domain: one('string', 7),
      },
    },
    Attribute: {
      fields: {
        name: one('string', 1),
        i: one('int64', 3),
        s: one('bytes', 4),
        t: one('Tensor', 5),
        floats: list('float', 7),
        ints: list('int64', 8),
        strings: list('bytes', 9),
      },
    },
    Tensor: {
      fields: {
        dims: list('int64', 1),
        dataType: one('int32', 2),
        floatData: list('float', 4),
        name: one('string', 8),
        rawData: one('bytes', 9),
        externalData: list('Anything', 13),
        dataLocation: one('int32', 14),
      },
    },
    Anything: { fields: {} },
  },
});

const modelType = root.lookupType('Model');

/** Reads an ONNX file. Throws an error of the library for bytes that are none; what it gives is still to be checked. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const message = modelType.decode(bytes);
  return modelType.toObject(message, { longs: Number, defaults: true, arrays: true }) as OnnxModel;
}
