import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureManifestText } from '#libs/core';
import { afterAll } from 'vitest';
import { loadModel } from './load-model.ts';
import { parseManifest } from './model-manifest.ts';
import { ModelRefused, type ModelRefusal } from './model-refused.ts';
import { directoryOf, readRegistry } from './model-registry.ts';
import type { ModelTrust } from './model-trust.ts';

const models = join(import.meta.dirname, '../../../../models');

export const featureSet = createHash('sha256').update(featureManifestText).digest('hex');
export const championDirectory = directoryOf(models, (await readRegistry(join(models, 'registry.json'))).champion);
export const golden = parseManifest(
  await readFile(join(championDirectory, 'manifest.json'), 'utf8'),
  'champion',
).golden;

const folder = await mkdtemp(join(tmpdir(), 'model-'));
afterAll(() => rm(folder, { recursive: true }));

export interface Manifest {
  readonly sha256: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly golden: {
    readonly rows: number;
    readonly vectors: string;
    readonly margins: string;
    readonly probabilities: string;
    readonly contributions: string;
  };
  readonly calibration: { readonly a: number };
}

/** A copy of the champion with a changed manifest or a changed graph; the hash in the manifest is that of the changed graph. */
export async function tampered({
  manifest,
  model,
}: {
  manifest?: (manifest: Manifest) => unknown;
  model?: (bytes: Buffer) => Buffer;
}): Promise<string> {
  const directory = await mkdtemp(join(folder, 'tampered-'));
  await cp(championDirectory, directory, { recursive: true });
  const bytes = await readFile(join(directory, 'model.onnx'));
  const changed = model?.(bytes) ?? bytes;
  await writeFile(join(directory, 'model.onnx'), changed);
  const original = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const hashed = { ...original, sha256: createHash('sha256').update(changed).digest('hex') };
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest?.(hashed) ?? hashed));
  return directory;
}

/** Changes a name in the graph to another of the same length. */
export function replaced(text: string, other: string): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes.write(other, bytes.indexOf(text));
    return bytes;
  };
}

export async function refusal(directory: string, trust: Partial<ModelTrust> = {}): Promise<ModelRefusal | 'accepted'> {
  try {
    const model = await loadModel(directory, { featureSet, ...trust });
    await model.close();
    return 'accepted';
  } catch (error) {
    if (error instanceof ModelRefused) return error.code;
    throw error;
  }
}
