import { directoryOf, ModelRefused, type ModelSettings, readModelFiles, type Registry, sha256Of } from '#libs/adapters';
import type { RegisteredModel } from '#libs/core';
import { modelFolders } from './model-folders.ts';
import { nameOf } from './registry-changes.ts';

/** What a folder of models holds, and what the registry makes of it. */
export interface ListedModel extends Pick<RegisteredModel, 'id' | 'version'> {
  readonly role: 'champion' | 'challenger' | 'former champion' | null;
  /** Hex SHA-256 of the graph; null of a folder that cannot be read. */
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly isSigned: boolean;
  /** Why it is not what the registry means, or is not readable; null when nothing was noticed. Only loading it tells whether it can be used. */
  readonly problem: string | null;
}

/** Every model in the folder, and those of the registry that are not there. Nothing is loaded. */
export async function listedModels({ directory }: ModelSettings, registry: Registry): Promise<ListedModel[]> {
  const folders = new Map((await modelFolders(directory)).map((one) => [nameOf(one), one]));
  for (const one of [registry.champion, ...registry.challengers]) folders.set(nameOf(one), one);
  return Promise.all([...folders.values()].map((one) => listed(one, directory, registry)));
}

async function listed(
  { id, version }: Pick<RegisteredModel, 'id' | 'version'>,
  directory: string,
  registry: Registry,
): Promise<ListedModel> {
  const name = nameOf({ id, version });
  const registered = [registry.champion, ...registry.challengers].find((one) => nameOf(one) === name);
  const role = roleOf(name, registry);
  try {
    const { manifest, manifestBytes, graph, signature } = await readModelFiles(directoryOf(directory, { id, version }));
    const isOther = registered !== undefined && registered.manifestSha256 !== sha256Of(manifestBytes);
    return {
      id,
      version,
      role,
      sha256: manifest.sha256,
      bytes: graph.length,
      isSigned: signature !== null,
      problem: isOther ? 'its manifest is not the registered one' : null,
    };
  } catch (error) {
    if (!(error instanceof ModelRefused)) throw error;
    return {
      id,
      version,
      role,
      sha256: null,
      bytes: null,
      isSigned: false,
      problem: `${error.code}: ${error.because}`,
    };
  }
}

function roleOf(name: string, { champion, challengers, history }: Registry): ListedModel['role'] {
  if (nameOf(champion) === name) return 'champion';
  if (challengers.some((one) => nameOf(one) === name)) return 'challenger';
  return history.some((one) => nameOf(one.champion) === name) ? 'former champion' : null;
}
