import { readdir } from 'node:fs/promises';
import { directoryOf, isModelName, type ModelSettings, ModelRefused, readManifest, sha256Of } from '#libs/adapters';
import type { RegisteredModel } from '#libs/core';
import { CommandFailed, UsageError } from '../failures.ts';

/** `<id>/<version>` of every folder with a manifest in it, in the order of their names. */
export async function modelFolders(directory: string): Promise<Pick<RegisteredModel, 'id' | 'version'>[]> {
  const found: Pick<RegisteredModel, 'id' | 'version'>[] = [];
  for (const id of await namesIn(directory)) {
    for (const version of await namesIn(`${directory}/${id}`)) {
      const files = await readdir(directoryOf(directory, { id, version }));
      if (files.includes('manifest.json')) found.push({ id, version });
    }
  }
  return found;
}

/** The model in its folder as it is now, to be registered by these bytes. Throws `UsageError` for what is no name, `CommandFailed` where there is none. */
export async function asItIs(
  { directory }: Pick<ModelSettings, 'directory'>,
  id: string,
  version: string,
): Promise<RegisteredModel> {
  for (const name of [id, version]) {
    if (!isModelName(name)) throw new UsageError(`"${name}" is no name of a model or a version.`);
  }
  try {
    const manifest = await readManifest(directoryOf(directory, { id, version }));
    return { id, version, manifestSha256: sha256Of(manifest) };
  } catch (error) {
    if (error instanceof ModelRefused) throw new CommandFailed(`${error.message}.`);
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && isModelName(entry.name))
      .map(({ name }) => name)
      .toSorted();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new CommandFailed(`There is no folder ${directory}: give --models, or run this where the models are.`);
  }
}
