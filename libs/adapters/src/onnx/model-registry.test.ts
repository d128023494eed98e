import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readChampion } from './model-registry.ts';
import { ModelRefused } from './model-refused.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the registry', () => {
  test('names a folder beside it', async () => {
    const path = join(folder, 'registry.json');
    await writeFile(path, '{"champion":{"id":"a","version":"1.2.3"}}');
    expect(await readChampion(path)).toEqual({ id: 'a', version: '1.2.3', directory: join(folder, 'a', '1.2.3') });
  });

  test.each(['', '{}', '[]', 'null', '{"champion":{"id":"a"}}', '{"champion":{"id":"../a","version":"1"}}'])(
    'is refused: %s',
    async (text) => {
      await writeFile(join(folder, 'registry.json'), text);
      await expect(readChampion(join(folder, 'registry.json'))).rejects.toThrow(ModelRefused);
    },
  );
});
