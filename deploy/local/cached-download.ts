import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone that this file belongs to. */
export const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that services leave on the disk is in here; git ignores it and `rm -r` of it is always safe. */
export const localDir = join(projectDir, '.holdfast');

/** Where downloads are kept between starts. */
export const cacheDir = join(localDir, 'cache');

/** Fills `<cache>/<name>` once. `fill` works in a folder of its own that is renamed at the end, so that an interrupted
 *  download leaves nothing half done and two processes may start it at the same time. */
export async function cachedDownload(name: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const target = join(cacheDir, name);
  if (existsSync(target)) return target;
  await mkdir(cacheDir, { recursive: true });
  const draft = await mkdtemp(join(cacheDir, `${name}.draft-`));
  try {
    await fill(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
