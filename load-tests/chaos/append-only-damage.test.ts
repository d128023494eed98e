import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppendOnlyCopies, cutAppendOnlyFile } from './append-only-damage.ts';
import { SeededRandom } from '../seeded-random.ts';

let root: string;
let folder: string;
const incremental = (): string => join(folder, 'appendonly.aof.2.incr.aof');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-aof-'));
  folder = join(root, 'appendonlydir');
  await mkdir(folder);
  await writeFile(
    join(folder, 'appendonly.aof.manifest'),
    'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.2.incr.aof seq 2 type i\n',
  );
  await writeFile(join(folder, 'appendonly.aof.1.base.rdb'), 'base');
  await writeFile(join(folder, 'appendonly.aof.1.incr.aof'), 'older part');
  await writeFile(incremental(), 'x'.repeat(5_000));
});

afterEach(() => rm(root, { recursive: true, force: true }));

test('only the end of the file that was being written is cut, by at least a byte and at most all of it', async () => {
  const cuts = new Set<number>();
  for (let seed = 0; seed < 40; seed += 1) {
    await writeFile(incremental(), 'x'.repeat(5_000));
    const cut = await cutAppendOnlyFile(folder, new SeededRandom(seed));
    expect(await readFile(incremental(), 'utf8')).toBe('x'.repeat(5_000 - cut));
    cuts.add(cut);
  }
  expect(Math.min(...cuts)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...cuts)).toBe(5_000);
  expect(cuts.size).toBeGreaterThan(15);
  expect(await readFile(join(folder, 'appendonly.aof.1.incr.aof'), 'utf8')).toBe('older part');
  expect(await cutAppendOnlyFile(join(root, 'nowhere'), new SeededRandom(1))).toBe(0);
});

test('a copy comes back as the folder was, and only the newest three are kept', async () => {
  const copies = new AppendOnlyCopies(folder, join(root, 'copies'));
  await expect(copies.restore(new SeededRandom(1))).rejects.toThrow('no copy');
  for (const text of ['first', 'second', 'third', 'fourth']) {
    await writeFile(incremental(), text);
    await copies.take();
  }
  const seen = new Set<string>();
  for (let seed = 0; seed < 30; seed += 1) {
    await writeFile(incremental(), 'newest');
    await writeFile(join(folder, 'appendonly.aof.3.incr.aof'), 'not in any copy');
    await copies.restore(new SeededRandom(seed));
    seen.add(await readFile(incremental(), 'utf8'));
    await expect(readFile(join(folder, 'appendonly.aof.3.incr.aof'))).rejects.toThrow('ENOENT');
  }
  expect(seen).toEqual(new Set(['second', 'third', 'fourth']));
});
