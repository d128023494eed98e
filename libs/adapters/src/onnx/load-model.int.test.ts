import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureManifestText, FEATURES, TransientFault } from '#libs/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from './load-model.ts';
import { parseManifest } from './model-manifest.ts';
import { ModelRefused, type ModelRefusal } from './model-refused.ts';
import { readChampion } from './model-registry.ts';

const models = join(import.meta.dirname, '../../../../models');
const featureSet = createHash('sha256').update(featureManifestText).digest('hex');
const champion = await readChampion(join(models, 'registry.json'));
const golden = parseManifest(await readFile(join(champion.directory, 'manifest.json'), 'utf8'), 'champion').golden;
const width = FEATURES.length;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a model that cannot run is a fault that passes', async () => {
  const model = await loadModel(champion.directory, { featureSet });
  await model.close();
  await expect(model.score(vectorOf(0), 1)).rejects.toThrow(TransientFault);
});

describe('a model is refused', () => {
  test('when there is none, or half of one', async () => {
    expect(await refusal(join(folder, 'absent'))).toBe('unreadable');
    const half = await tampered({});
    await rm(join(half, 'model.onnx'));
    expect(await refusal(half)).toBe('unreadable');
  });

  test.each<[string, (manifest: Manifest) => unknown]>([
    ['is no JSON', () => 'not json'],
    ['is no object', () => [1]],
    ['has another format', (manifest) => ({ ...manifest, format_version: 2 })],
    ['has no hash', (manifest) => ({ ...manifest, sha256: 'abc' })],
    ['names a file elsewhere', (manifest) => ({ ...manifest, file: '../model.onnx' })],
    [
      'has no golden vectors',
      (manifest) => ({
        ...manifest,
        golden: { rows: 0, vectors: '', margins: '', probabilities: '', contributions: '' },
      }),
    ],
    [
      'has fewer golden vectors than it says',
      (manifest) => ({ ...manifest, golden: { ...manifest.golden, rows: 65 } }),
    ],
  ])('when its manifest %s', async (_what, change) => {
    expect(await refusal(await tampered({ manifest: change }))).toBe('bad_manifest');
  });

  test('when the file is another', async () => {
    const directory = await tampered({});
    const bytes = await readFile(join(directory, 'model.onnx'));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(join(directory, 'model.onnx'), bytes);
    expect(await refusal(directory)).toBe('wrong_hash');
  });

  test('when it was trained on other features, with a message that says what to do', async () => {
    const other = createHash('sha256').update('other features').digest('hex');
    await expect(loadModel(champion.directory, { featureSet: other })).rejects.toThrow(
      /wrong_feature_set.*train it again/,
    );
  });

  test('when the runtime cannot load it', async () => {
    expect(await refusal(await tampered({ model: () => Buffer.from('not a graph') }))).toBe('not_loadable');
  });

  test('when it has other inputs or outputs', async () => {
    const renamed = await tampered({ manifest: (m) => ({ ...m, outputs: { ...m.outputs, probability: 'score' } }) });
    expect(await refusal(renamed)).toBe('wrong_signature');
    const shorter = await tampered({
      manifest: (m) => ({
        ...m,
        features: ['a'],
        golden: {
          ...m.golden,
          rows: 1,
          vectors: 'AAAAAA==',
          margins: 'AAAAAA==',
          probabilities: 'AAAAAA==',
          contributions: 'AAAAAAAAAAA=',
        },
      }),
    });
    expect(await refusal(shorter)).toBe('bad_trees');
  });

  test('when it computes with anything but trees and their calibration', async () => {
    expect(await refusal(await tampered({ model: replaced('Sigmoid', 'Softmax') }))).toBe('unknown_operator');
  });

  test('when its trees cannot be explained', async () => {
    for (const [text, other] of [
      ['nodes_hitrates', 'nodes_hitratez'],
      ['BRANCH_LT', 'BRANCH_GT'],
    ] as const) {
      expect(await refusal(await tampered({ model: replaced(text, other) }))).toBe('bad_trees');
    }
  });

  test('when a part of it lies in another file', async () => {
    // One more initializer, whose data_location is EXTERNAL: a message appended to another of its type is merged into it.
    const withExternal = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('3a042a027001', 'hex')]);
    expect(await refusal(await tampered({ model: withExternal }))).toBe('external_data');
  });

  test('when it is explained otherwise than the trainer did', async () => {
    const changed = (manifest: Manifest): Manifest => {
      const bytes = Buffer.from(manifest.golden.contributions, 'base64');
      bytes.writeFloatLE(bytes.readFloatLE(8) + 0.001, 8);
      return { ...manifest, golden: { ...manifest.golden, contributions: bytes.toString('base64') } };
    };
    expect(await refusal(await tampered({ manifest: changed }))).toBe('wrong_answers');
  });

  test('when it answers otherwise than it did, by one bit of a margin or a little of a probability', async () => {
    const golden = (field: 'margins' | 'probabilities', change: (bytes: Buffer) => void) => (manifest: Manifest) => {
      const bytes = Buffer.from(manifest.golden[field], 'base64');
      change(bytes);
      return { ...manifest, golden: { ...manifest.golden, [field]: bytes.toString('base64') } };
    };
    const oneBit = golden('margins', (bytes) => bytes.writeUInt8(bytes.readUInt8(8) ^ 1, 8));
    expect(await refusal(await tampered({ manifest: oneBit }))).toBe('wrong_answers');
    const aLittle = golden('probabilities', (bytes) => bytes.writeFloatLE(bytes.readFloatLE(8) + 2e-6, 8));
    expect(await refusal(await tampered({ manifest: aLittle }))).toBe('wrong_answers');
  });

  test('when it answers with no number', async () => {
    const factor = Buffer.alloc(4);
    const { calibration } = JSON.parse(await readFile(join(champion.directory, 'manifest.json'), 'utf8')) as Manifest;
    factor.writeFloatLE(calibration.a);
    const withoutFactor = (bytes: Buffer): Buffer => {
      bytes.writeFloatLE(NaN, bytes.lastIndexOf(factor));
      return bytes;
    };
    expect(await refusal(await tampered({ model: withoutFactor }))).toBe('not_finite');
  });

  test('in most cases when it is damaged, even if the hash was made anew, and never with another fault', async () => {
    const codes: (ModelRefusal | 'accepted')[] = [];
    for (let nth = 0; nth < 40; nth += 1) {
      const damage = (bytes: Buffer): Buffer => {
        const at = Math.floor(((nth + 0.5) / 40) * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (nth % 8));
        return bytes;
      };
      codes.push(await refusal(await tampered({ model: damage })));
    }
    // Damage that no golden vector meets is what the hash is for.
    expect(codes.filter((code) => code !== 'accepted').length).toBeGreaterThan(20);
    expect(codes).not.toContain('wrong_hash');
  });
});

interface Manifest {
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

function vectorOf(row: number): Float32Array {
  return golden.vectors.subarray(row * width, (row + 1) * width);
}

/** A copy of the champion with a changed manifest or a changed graph; the hash in the manifest is that of the changed graph. */
async function tampered({
  manifest,
  model,
}: {
  manifest?: (manifest: Manifest) => unknown;
  model?: (bytes: Buffer) => Buffer;
}): Promise<string> {
  const directory = await mkdtemp(join(folder, 'tampered-'));
  await cp(champion.directory, directory, { recursive: true });
  const bytes = await readFile(join(directory, 'model.onnx'));
  const changed = model?.(bytes) ?? bytes;
  await writeFile(join(directory, 'model.onnx'), changed);
  const original = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const hashed = { ...original, sha256: createHash('sha256').update(changed).digest('hex') };
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest?.(hashed) ?? hashed));
  return directory;
}

/** Changes a name in the graph to another of the same length. */
function replaced(text: string, other: string): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes.write(other, bytes.indexOf(text));
    return bytes;
  };
}

async function refusal(directory: string): Promise<ModelRefusal | 'accepted'> {
  try {
    const model = await loadModel(directory, { featureSet });
    await model.close();
    return 'accepted';
  } catch (error) {
    if (error instanceof ModelRefused) return error.code;
    throw error;
  }
}
