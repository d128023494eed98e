import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { sha256Of } from './model-files.ts';
import { championDirectory, refusal } from './tampered-model.test-support.ts';

const DAMAGED = 1_000;
const FILES = ['manifest.json', 'model.onnx'] as const;

const directory = await mkdtemp(join(tmpdir(), 'damaged-'));
await cp(championDirectory, directory, { recursive: true });
afterAll(() => rm(directory, { recursive: true }));
const whole = { 'manifest.json': await readFile(join(directory, 'manifest.json')), 'model.onnx': await readFile(join(directory, 'model.onnx')) }; // prettier-ignore
const manifestSha256 = sha256Of(whole['manifest.json']);

/** What happens to files: `at` is a place, 0 to 1. */
const damages: Readonly<Record<string, (bytes: Buffer, at: number) => Buffer | null>> = {
  'a bit is flipped': (bytes, at) => changedAt(bytes, at, (byte) => byte ^ (1 << Math.floor(at * 8))),
  'a byte is zero': (bytes, at) => changedAt(bytes, at, () => 0),
  'a block is zero': (bytes, at) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(512), bytes.subarray(from + 512)]);
  },
  'it is cut off': (bytes, at) => bytes.subarray(0, Math.floor(at * bytes.length)),
  'bytes are missing': (bytes, at) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + Math.floor(at * 100))]);
  },
  'bytes are appended': (bytes, at) => Buffer.concat([bytes, bytes.subarray(0, 1 + Math.floor(at * 1_000))]),
  'it is twice in the file': (bytes) => Buffer.concat([bytes, bytes]),
  'it is gone': () => null,
};

test(`of ${DAMAGED} registered models whose files were damaged none is accepted`, { timeout: 120_000 }, async () => {
  const damaged = fc.record({
    file: fc.constantFrom(...FILES),
    damage: fc.constantFrom(...Object.keys(damages)),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  const codes = new Map<string, number>();
  const check = fc.asyncProperty(damaged, async ({ file, damage, at }) => {
    const bytes = damages[damage]?.(whole[file], at) ?? null;
    if (bytes?.equals(whole[file]) === true) return;
    await (bytes === null ? rm(join(directory, file)) : writeFile(join(directory, file), bytes));
    const code = await refusal(directory, { manifestSha256 });
    await writeFile(join(directory, file), whole[file]);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    expect(code).not.toBe('accepted');
  });
  await fc.assert(check, { numRuns: DAMAGED, endOnFailure: true });
  expect([...codes.keys()]).toEqual(expect.arrayContaining(['other_manifest', 'wrong_hash', 'bad_manifest', 'unreadable'])); // prettier-ignore
  expect(await refusal(directory, { manifestSha256 })).toBe('accepted');
});

function changedAt(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const place = Math.floor(at * copy.length);
  copy.writeUInt8(change(copy.readUInt8(place)), place);
  return copy;
}
