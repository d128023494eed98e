import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandFailed } from '../failures.ts';
import { LineFile } from './line-file.ts';
import { readLines } from './read-lines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function all(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const block of readLines(path)) lines.push(...block);
  return lines;
}

describe('a file of lines', () => {
  it.each(['plain.ndjson', 'packed.ndjson.gz'])('is read as it was written: %s', async (name) => {
    const path = join(folder, 'new', name);
    const written = Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(i % 50)}\u00ff"}`);
    const file = await LineFile.create(path);
    for (const line of written) await file.line(line);
    expect(existsSync(path)).toBe(false);
    expect(await file.close()).toMatch(/^[0-9a-f]{64}$/);
    expect(await all(path)).toEqual(written);
  });

  it('leaves nothing behind when it is discarded', async () => {
    const path = join(folder, 'discarded');
    const file = await LineFile.create(path);
    await file.line('x');
    await file.discard();
    expect([path, `${path}.part`].map((name) => existsSync(name))).toEqual([false, false]);
  });

  it('may have empty lines, carriage returns and no last line feed', async () => {
    const path = join(folder, 'odd');
    await writeFile(path, 'a\r\n\r\n\nb\nc');
    expect(await all(path)).toEqual(['a', 'b', 'c']);
  });

  it('that is not there, no file, or damaged is told as what it is', async () => {
    const path = join(folder, 'damaged.gz');
    await writeFile(path, await readFile(import.meta.filename));
    await expect(all(join(folder, 'missing'))).rejects.toThrow(/There is no file/);
    await expect(all(folder)).rejects.toThrow(/is not a file/);
    await expect(all(path)).rejects.toThrow(CommandFailed);
  });
});
