import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelManifest, parseManifest } from './model-manifest.ts';
import { ModelRefused } from './model-refused.ts';

/** The files of a model, each read once: what was checked is what runs. */
export interface ModelFiles {
  readonly directory: string;
  readonly manifest: ModelManifest;
  /** As the file has it: what is signed. */
  readonly manifestBytes: Buffer;
  /** The ONNX graph. */
  readonly graph: Buffer;
  /** Of the manifest's bytes; null when there is none. */
  readonly signature: Buffer | null;
}

/** Beside the manifest: an Ed25519 signature of its bytes, in base64. */
export const SIGNATURE_FILE = 'manifest.sig';

const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
const MAX_GRAPH_BYTES = 64 * 1024 * 1024;
const MAX_SIGNATURE_BYTES = 1_024;

/** Reads the model in `directory`. Throws `ModelRefused` `unreadable`, `empty`, `too_large` or `bad_manifest`. */
export async function readModelFiles(directory: string): Promise<ModelFiles> {
  const manifestBytes = await readManifest(directory);
  const manifest = parseManifest(manifestBytes.toString('utf8'), directory);
  const graph = await readBounded(directory, manifest.file, MAX_GRAPH_BYTES);
  const signature = await readBounded(directory, SIGNATURE_FILE, MAX_SIGNATURE_BYTES).catch((error: unknown) => {
    if (error instanceof ModelRefused && isMissing(error.cause)) return null;
    throw error;
  });
  return { directory, manifest, manifestBytes, graph, signature };
}

/** The bytes of the manifest in `directory`, whatever they say. Throws `ModelRefused` `unreadable`, `empty` or `too_large`. */
export function readManifest(directory: string): Promise<Buffer> {
  return readBounded(directory, 'manifest.json', MAX_MANIFEST_BYTES);
}

/** Hex SHA-256 of bytes. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readBounded(directory: string, file: string, maxBytes: number): Promise<Buffer> {
  const refuse = (code: 'unreadable' | 'empty' | 'too_large', because: string, cause?: unknown): never => {
    throw new ModelRefused(code, directory, { because, cause });
  };
  try {
    await using handle = await open(join(directory, file));
    const { size } = await handle.stat();
    if (size > maxBytes) return refuse('too_large', `${file} has ${size} bytes, more than ${maxBytes}`);
    const bytes = await handle.readFile();
    return bytes.length === 0 ? refuse('empty', `${file} has no bytes`) : bytes;
  } catch (cause) {
    if (cause instanceof ModelRefused) throw cause;
    return refuse('unreadable', `${file} cannot be read`, cause);
  }
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}
