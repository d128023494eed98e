import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The one file of an append-only folder that is being written; undefined before the server's first start. */
export async function newestAppendOnlyFile(folder: string): Promise<string | undefined> {
  const manifest = join(folder, 'appendonly.aof.manifest');
  if (!existsSync(manifest)) return undefined;
  const parts = [...(await readFile(manifest, 'utf8')).matchAll(/^file (\S+) seq \d+ type i/gm)];
  const last = parts.at(-1)?.[1];
  return last === undefined ? undefined : join(folder, last);
}
