import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURES, TransientFault } from '#libs/core';
import { describe, expect, test } from 'vitest';
import { loadModel } from './load-model.ts';
import type { ModelRefusal } from './model-refused.ts';
import {
  championDirectory,
  featureSet,
  golden,
  type Manifest,
  refusal,
  replaced,
  tampered,
} from './tampered-model.test-support.ts';

const width = FEATURES.length;

test('a model that cannot run is a fault that passes', async () => {
  const model = await loadModel(championDirectory, { featureSet });
  await model.close();
  await expect(model.score(vectorOf(0), 1)).rejects.toThrow(TransientFault);
});

describe('a model is refused', () => {
  test('when there is none, or half of one', async () => {
    expect(await refusal(join(championDirectory, 'absent'))).toBe('unreadable');
    const half = await tampered({});
    await rm(join(half, 'model.onnx'));
    expect(await refusal(half)).toBe('unreadable');
    await writeFile(join(half, 'model.onnx'), '');
    expect(await refusal(half)).toBe('empty');
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
    await expect(loadModel(championDirectory, { featureSet: other })).rejects.toThrow(
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
        reference: undefined,
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

  test('when it is written in a version of the operators that this build does not know', async () => {
    const opset = Buffer.from('0a0a61692e6f6e6e782e6d6c1003', 'hex');
    const ofAnother = (bytes: Buffer): Buffer => {
      bytes.writeUInt8(4, bytes.indexOf(opset) + opset.length - 1);
      return bytes;
    };
    expect(await refusal(await tampered({ model: ofAnother }))).toBe('unknown_opset');
  });

  test('when it is larger than any model of ours', async () => {
    const huge = await tampered({});
    await truncate(join(huge, 'model.onnx'), 64 * 1024 * 1024 + 1);
    expect(await refusal(huge)).toBe('too_large');
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
    const { calibration } = JSON.parse(await readFile(join(championDirectory, 'manifest.json'), 'utf8')) as Manifest;
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

function vectorOf(row: number): Float32Array {
  return golden.vectors.subarray(row * width, (row + 1) * width);
}
