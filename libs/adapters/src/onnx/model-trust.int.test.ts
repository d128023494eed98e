import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFiles } from './model-files.ts';
import { signatureOf } from './model-trust.ts';
import { championDirectory, featureSet, refusal, tampered } from './tampered-model.test-support.ts';
import { verifyApart } from './verify-apart.ts';

const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');

describe('a model is believed', () => {
  test('when its manifest is the one that was registered, to the last byte', async () => {
    const directory = await tampered({});
    const manifest = await readFile(join(directory, 'manifest.json'));
    const manifestSha256 = createHash('sha256').update(manifest).digest('hex');
    expect(await refusal(directory, { manifestSha256 })).toBe('accepted');
    // A figure that loading does not read is not the registered one either.
    await writeFile(join(directory, 'manifest.json'), manifest.toString('utf8').replace('"training"', '"trainink"'));
    expect(await refusal(directory)).toBe('accepted');
    expect(await refusal(directory, { manifestSha256 })).toBe('other_manifest');
  });

  test('when one of the trusted keys has signed it, where there are any', async () => {
    const directory = await signedBy(ours.privateKey);
    const both = [raw(theirs.publicKey), raw(ours.publicKey)];
    expect(await refusal(directory, { publicKeys: both })).toBe('accepted');
    expect(await refusal(directory, { publicKeys: [raw(theirs.publicKey)] })).toBe('bad_signature');
    expect(await refusal(directory)).toBe('accepted');
    expect(await refusal(await tampered({}), { publicKeys: both })).toBe('unsigned');
  });

  test.each(['', 'AAAA', 'no base64 at all', `${'A'.repeat(86)}==`])('not by a signature file of %j', async (text) => {
    const directory = await tampered({});
    await writeFile(join(directory, 'manifest.sig'), text);
    const code = await refusal(directory, { publicKeys: [raw(ours.publicKey)] });
    expect(code).toBe(text === '' ? 'empty' : 'bad_signature');
  });
});

describe('a process of its own', () => {
  test('accepts what is good, signed or not', async () => {
    const trust = { featureSet, publicKeys: [raw(ours.publicKey)] };
    const signed = await readModelFiles(await signedBy(ours.privateKey));
    await expect(verifyApart(signed, trust)).resolves.toBeUndefined();
    await expect(verifyApart(await readModelFiles(championDirectory), { featureSet })).resolves.toBeUndefined();
  });

  test('refuses what is not, for the same reason as in ours', async () => {
    const files = await readModelFiles(championDirectory);
    const golden = { ...files.manifest.golden, margins: files.manifest.golden.margins.map((margin) => margin + 1) };
    const wrong = { ...files, manifest: { ...files.manifest, golden } };
    await expect(verifyApart(wrong, { featureSet })).rejects.toThrow(/wrong_answers/);
  });

  test('may die of a model without taking us along', async () => {
    const files = await readModelFiles(championDirectory);
    // Nothing that a folder can hold, so that the child fails in a way that no check expects.
    const broken = { ...files, manifestBytes: null as never };
    await expect(verifyApart(broken, { featureSet })).rejects.toThrow(/cannot_run.*exit code/);
  });
});

async function signedBy(key: KeyObject): Promise<string> {
  const directory = await tampered({});
  const manifest = await readFile(join(directory, 'manifest.json'));
  await writeFile(join(directory, 'manifest.sig'), signatureOf(manifest, key));
  return directory;
}

/** The 32 bytes of a public key. */
function raw(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
