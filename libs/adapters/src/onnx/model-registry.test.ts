import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ModelRefused } from './model-refused.ts';
import { directoryOf, readRegistry, type Registry, writeRegistry } from './model-registry.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
  path = join(folder, 'registry.json');
});
afterAll(() => rm(folder, { recursive: true }));

const SHA = 'ab'.repeat(32);
const model = (version: string) => ({ id: 'a', version, manifestSha256: SHA });

describe('the registry', () => {
  test('names the champion, and may name nothing else', async () => {
    await writeFile(path, `{"champion":{"id":"a","version":"1.2.3","manifest_sha256":"${SHA}"}}`);
    expect(await readRegistry(path)).toEqual({
      champion: model('1.2.3'),
      challengers: [],
      history: [],
      comparisons: [],
    });
    expect(directoryOf('models', model('1.2.3'))).toBe(join('models', 'a', '1.2.3'));
  });

  test('is read as it was written, and leaves nothing beside it', async () => {
    const registry: Registry = {
      champion: model('2'),
      challengers: [model('3'), model('4')],
      history: [
        {
          champion: model('1'),
          replacedAt: '2026-11-30T00:00:00.000Z',
          replacedBy: 'ada',
          reason: 'better',
          overridden: ['holds'],
        },
      ],
      comparisons: [
        {
          challenger: model('3'),
          championSha256: SHA,
          comparedAt: '2026-11-30T00:00:00.000Z',
          decisions: 7,
          broken: ['labels'],
        },
      ],
    };
    await writeRegistry(path, registry);
    expect(await readRegistry(path)).toEqual(registry);
    expect(await readdir(folder)).toEqual(['registry.json']);
    expect((await readFile(path, 'utf8')).endsWith('}\n')).toBe(true);
  });

  test.each([
    '',
    '{}',
    '[]',
    'null',
    '{"champion":{"id":"a"}}',
    '{"champion":{"id":"a","version":"1"}}',
    `{"champion":{"id":"a","version":"1","manifest_sha256":"${SHA.toUpperCase()}"}}`,
    `{"champion":{"id":"../a","version":"1","manifest_sha256":"${SHA}"}}`,
    `{"champion":{"id":"a","version":"..","manifest_sha256":"${SHA}"}}`,
    `{"champion":{"id":"a","version":"1","manifest_sha256":"${SHA}"},"challengers":{}}`,
    `{"champion":{"id":"a","version":"1","manifest_sha256":"${SHA}"},"history":[{}]}`,
  ])('is refused: %s', async (text) => {
    await writeFile(path, text);
    await expect(readRegistry(path)).rejects.toThrow(ModelRefused);
    await expect(readRegistry(path)).rejects.toThrow(/bad_registry/);
  });

  test('is refused where there is none', async () => {
    await expect(readRegistry(join(folder, 'absent.json'))).rejects.toThrow(/unreadable/);
  });
});
