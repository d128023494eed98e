import { generateKeyPairSync } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readRegistry } from '#libs/adapters';
import { writeSibling } from '../../../../models/training/sibling-model.ts';
import { runCommand } from '../../test/run-command.ts';

const champion = (await readRegistry('models/registry.json')).champion;
const { id, version } = champion;
const folders: string[] = [];
let models = '';

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'models-'));
  folders.push(models);
  await cp('models/registry.json', join(models, 'registry.json'));
  await mkdir(join(models, id));
  await cp(`models/${id}/${version}`, join(models, id, version), { recursive: true });
  await writeSibling(`models/${id}/${version}`, { modelsDirectory: models, version: '99.0.0', shift: 0.5 });
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const run = (...words: string[]) =>
  runCommand(['models', ...words, '--models', models, '--registry', join(models, 'registry.json')]);
const manifestPath = () => join(models, id, version, 'manifest.json');
const championNow = async () => (await readRegistry(join(models, 'registry.json'))).champion.version;

describe('ops models', () => {
  it('promotes what is fit, remembers by whom and why, and rolls back', async () => {
    const promoted = await run(
      'promote',
      id,
      '99.0.0',
      '--by',
      'ada',
      '--reason',
      'September',
      '--override',
      'not_compared',
    );
    expect(promoted).toMatchObject({ code: 0, out: `Champion: ${id} 99.0.0\n` });
    const { history } = await readRegistry(join(models, 'registry.json'));
    expect(history).toMatchObject([{ champion, replacedBy: 'ada', reason: 'September' }]);
    const listed = JSON.parse((await run('list', '--json')).out) as { models: { version: string; role: string }[] };
    expect(Object.fromEntries(listed.models.map((one) => [one.version, one.role]))).toEqual({
      [version]: 'former champion',
      '99.0.0': 'champion',
    });
    expect((await run('rollback')).code).toBe(0);
    expect(await championNow()).toBe(version);
    expect(await run('rollback')).toMatchObject({ code: 1, err: expect.stringContaining('no champion before') });
  });

  it('promotes, shadows and rolls back to nothing that is not fit', async () => {
    await run('promote', id, '99.0.0', '--override', 'not_compared');
    await appendFile(join(models, id, version, 'model.onnx'), 'x');
    expect(await run('rollback')).toMatchObject({ code: 1, err: expect.stringContaining('wrong_hash') });
    await writeFile(join(models, id, '99.0.0', 'model.onnx'), '');
    for (const command of ['promote', 'shadow']) {
      expect(await run(command, id, version)).toMatchObject({ code: 1, err: expect.stringContaining('wrong_hash') });
    }
    expect(await championNow()).toBe('99.0.0');
    const verified = await run('verify');
    expect(verified.code).toBe(1);
    expect(verified.out).toMatch(/refused \(wrong_hash\)[^]*refused \(empty\)/);
  });

  it('says of a champion that is not the registered one that it is another', async () => {
    await appendFile(manifestPath(), ' ');
    const listed = await run('list');
    expect(listed.code).toBe(1);
    expect(listed.out).toContain('its manifest is not the registered one');
  });

  it('keeps challengers beside the champion until one is promoted or stopped', async () => {
    expect((await run('shadow', id, '99.0.0')).out).toBe(`Champion: ${id} ${version}; beside it: ${id} 99.0.0\n`);
    expect((await run('shadow', id, '99.0.0', '--stop')).out).toBe(`Champion: ${id} ${version}\n`);
    expect((await run('shadow', id, '99.0.0', '--stop')).code).toBe(1);
  });

  it('signs with a private key in PEM, and takes only what is signed where keys are given', async () => {
    const pair = generateKeyPairSync('ed25519');
    const key = join(models, 'private.pem');
    await writeFile(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
    const promote = () => run('promote', id, '99.0.0', '--public-keys', publicKey, '--override', 'not_compared');
    expect(await promote()).toMatchObject({ code: 1, err: expect.stringContaining('unsigned') });
    expect((await run('verify', id, '99.0.0', '--public-keys', '')).code).toBe(0);
    expect((await run('sign', id, '99.0.0', '--key', key)).code).toBe(0);
    expect((await promote()).code).toBe(0);
    expect((await run('sign', id, '99.0.0', '--key', manifestPath())).err).toContain('no private key');
  });

  it.each([
    [['promote', '../etc', '1'], 2],
    [['promote', id, 'absent'], 1],
    [['promote', id, '99.0.0'], 1],
    [['promote', id, '99.0.0', '--public-keys', 'short'], 2],
    [['verify', id], 2],
  ])('refuses %j with code %i', async (words, code) => {
    expect((await run(...words)).code).toBe(code);
    expect(await championNow()).toBe(version);
  });
});
