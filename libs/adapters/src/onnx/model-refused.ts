/** Why a model may not score. Codes are stable. */
export type ModelRefusal =
  /** A file is missing or cannot be read. */
  | 'unreadable'
  /** A file has no bytes. */
  | 'empty'
  /** A file has more bytes than a model of ours can need. */
  | 'too_large'
  /** The manifest is no manifest of a format that this build knows. */
  | 'bad_manifest'
  /** The registry says nothing that could be understood. */
  | 'bad_registry'
  /** The manifest is not the one that was registered. */
  | 'other_manifest'
  /** It is not signed, and must be. */
  | 'unsigned'
  /** Its signature is not one of its manifest by a key that is trusted. */
  | 'bad_signature'
  /** The model file is not the one that the manifest was written for. */
  | 'wrong_hash'
  /** It was trained on other inputs, or in another order, than this build computes. */
  | 'wrong_feature_set'
  /** The graph is written in a version of ONNX's operators that this build does not know. */
  | 'unknown_opset'
  /** Numbers of it lie in a file that no hash covers. */
  | 'external_data'
  /** The graph is not trees with a calibration, which is all that can be explained. */
  | 'unknown_operator'
  /** The trees are none, or do not say how much of the training data took which branch. */
  | 'bad_trees'
  /** The runtime cannot load the graph, or it is no ONNX file. */
  | 'not_loadable'
  /** The graph's inputs or outputs have other names, types or shapes. */
  | 'wrong_signature'
  /** The runtime cannot run it on its golden vectors. */
  | 'cannot_run'
  /** It does not give what it gave when it was trained, or does not explain it as the trainer did. */
  | 'wrong_answers'
  /** It answered with something that is no number, or no probability. */
  | 'not_finite';

/** A model that must not score: found at start, with a reason for the operator. The process does not start with it. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
  readonly code: ModelRefusal;
  readonly directory: string;
  readonly because: string;

  constructor(code: ModelRefusal, directory: string, { because, cause }: { because: string; cause?: unknown }) {
    super(`Model ${directory} refused (${code}): ${because}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.directory = directory;
    this.because = because;
  }
}
