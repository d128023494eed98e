import type { ModelReference } from '#libs/core';
import { record, string } from './json-fields.ts';
import { ModelRefused } from './model-refused.ts';
import { parseReference } from './parse-reference.ts';

/** The part of `manifest.json` that loading depends on. Written by `models/training`. */
export interface ModelManifest {
  readonly id: string;
  readonly version: string;
  /** Name of the ONNX file beside the manifest. */
  readonly file: string;
  /** Hex SHA-256 of that file. */
  readonly sha256: string;
  /** Hex SHA-256 of the feature manifest. */
  readonly featureSet: string;
  readonly featureCount: number;
  readonly input: string;
  readonly marginOutput: string;
  readonly probabilityOutput: string;
  readonly golden: GoldenVectors;
  /** null in manifests that were written without one. */
  readonly reference: ModelReference | null;
}

/** Inputs with the outputs that the model had for them when it was made. */
export interface GoldenVectors {
  readonly rows: number;
  readonly vectors: Float32Array;
  readonly margins: Float32Array;
  readonly probabilities: Float32Array;
  /** For each row the trainer's own Shapley values of the margin, in the order of the features, and the bias behind them. */
  readonly contributions: Float32Array;
}

const FORMAT_VERSION = 1;
const HEX_SHA256 = /^[0-9a-f]{64}$/;
const PLAIN_FILE_NAME = /^[A-Za-z0-9._-]+$/;

/** Reads a manifest. Throws `ModelRefused` `bad_manifest` for anything that is not one; unknown fields are ignored. */
export function parseManifest(text: string, directory: string): ModelManifest {
  const refuse = (because: string, cause?: unknown): never => {
    throw new ModelRefused('bad_manifest', directory, { because, cause });
  };
  let fields: Record<string, unknown> = {};
  try {
    fields = record(JSON.parse(text));
    if (fields['format_version'] !== FORMAT_VERSION) throw new TypeError(`format_version is not ${FORMAT_VERSION}`);
    const features = fields['features'];
    if (!Array.isArray(features) || features.length === 0) throw new TypeError('features is not a list of names');
    const outputs = record(fields['outputs']);
    return {
      id: string(fields, 'id'),
      version: string(fields, 'version'),
      file: string(fields, 'file', PLAIN_FILE_NAME),
      sha256: string(fields, 'sha256', HEX_SHA256),
      featureSet: string(fields, 'feature_set', HEX_SHA256),
      featureCount: features.length,
      input: string(fields, 'input'),
      marginOutput: string(outputs, 'margin'),
      probabilityOutput: string(outputs, 'probability'),
      golden: goldenOf(record(fields['golden']), features.length),
      reference: fields['reference'] === undefined ? null : parseReference(fields['reference'], features as string[]),
    };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), error);
  }
}

function goldenOf(fields: Record<string, unknown>, featureCount: number): GoldenVectors {
  const rows = fields['rows'];
  if (typeof rows !== 'number' || !Number.isSafeInteger(rows) || rows < 1)
    throw new TypeError('golden.rows is not a number of rows');
  return {
    rows,
    vectors: floats(fields, 'vectors', rows * featureCount),
    margins: floats(fields, 'margins', rows),
    probabilities: floats(fields, 'probabilities', rows),
    contributions: floats(fields, 'contributions', rows * (featureCount + 1)),
  };
}

/** Base64 of little-endian float32, read the same on every machine. */
function floats(fields: Record<string, unknown>, name: string, count: number): Float32Array {
  const bytes = Buffer.from(string(fields, name), 'base64');
  if (bytes.length !== count * 4) throw new TypeError(`golden.${name} has not ${count} numbers`);
  return Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(index * 4));
}
