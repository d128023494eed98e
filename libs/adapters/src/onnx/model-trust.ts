import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type ModelFiles, SIGNATURE_FILE, sha256Of } from './model-files.ts';
import { ModelRefused } from './model-refused.ts';

/** What a model must be to be believed, before a line of it is run. */
export interface ModelTrust {
  /** Hex SHA-256 of the feature manifest that this build computes vectors by. */
  readonly featureSet: string;
  /** Hex SHA-256 that its manifest must have; any if absent. */
  readonly manifestSha256?: string;
  /** Raw Ed25519 keys, 32 bytes each. With one or more, a model must be signed by one of them. */
  readonly publicKeys?: readonly Uint8Array[];
}

/** Throws `ModelRefused` `other_manifest`, `unsigned`, `bad_signature`, `wrong_hash` or `wrong_feature_set`. */
export function checkTrust(files: ModelFiles, trust: ModelTrust): void {
  const { directory, manifest, manifestBytes, graph } = files;
  const refuse = (code: 'other_manifest' | 'wrong_hash' | 'wrong_feature_set', because: string): never => {
    throw new ModelRefused(code, directory, { because });
  };
  const manifestSha256 = sha256Of(manifestBytes);
  if (trust.manifestSha256 !== undefined && manifestSha256 !== trust.manifestSha256) {
    const because = `its manifest has SHA-256 ${manifestSha256}, the registry says ${trust.manifestSha256}: it is not the model that was registered; if it is meant, register it again (ops models promote)`;
    refuse('other_manifest', because);
  }
  checkSignature(files, trust.publicKeys ?? []);
  const sha256 = sha256Of(graph);
  if (sha256 !== manifest.sha256) {
    refuse('wrong_hash', `${manifest.file} has SHA-256 ${sha256}, the manifest says ${manifest.sha256}`);
  }
  if (manifest.featureSet !== trust.featureSet) {
    const because = `it was trained on feature set ${manifest.featureSet}, this build computes ${trust.featureSet}: train it again or deploy the build that it belongs to`;
    refuse('wrong_feature_set', because);
  }
}

/** The text of the signature file for a manifest. `privateKey` is an Ed25519 key. */
export function signatureOf(manifestBytes: Uint8Array, privateKey: KeyObject): string {
  return `${sign(null, manifestBytes, privateKey).toString('base64')}\n`;
}

function checkSignature({ directory, manifestBytes, signature }: ModelFiles, keys: readonly Uint8Array[]): void {
  if (keys.length === 0) return;
  if (signature === null) {
    const because = `it has no ${SIGNATURE_FILE}, and HOLDFAST_MODEL_PUBLIC_KEYS asks for one (ops models sign)`;
    throw new ModelRefused('unsigned', directory, { because });
  }
  const bytes = Buffer.from(signature.toString('latin1'), 'base64');
  if (keys.some((key) => verify(null, manifestBytes, ed25519(key), bytes))) return;
  const because = `its ${SIGNATURE_FILE} is not one of its manifest by any key of HOLDFAST_MODEL_PUBLIC_KEYS`;
  throw new ModelRefused('bad_signature', directory, { because });
}

function ed25519(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
