import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelRefused } from './model-refused.ts';

/** A model by name, as `models/registry.json` lists it. */
export interface RegisteredModel {
  readonly id: string;
  readonly version: string;
  /** `<models>/<id>/<version>`. */
  readonly directory: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The model that decides, by the registry at `path`; model folders lie beside it. Throws `ModelRefused`. */
export async function readChampion(path: string, modelsDirectory = dirname(path)): Promise<RegisteredModel> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ModelRefused('unreadable', path, { because: 'the registry cannot be read', cause });
  }
  const { id, version } = championOf(text);
  if (!isName(id) || !isName(version)) {
    const because = 'the registry names no champion: { "champion": { "id": "...", "version": "..." } } is expected';
    throw new ModelRefused('bad_manifest', path, { because });
  }
  return { id, version, directory: join(modelsDirectory, id, version) };
}

function championOf(text: string): { id?: unknown; version?: unknown } {
  try {
    const registry = JSON.parse(text) as { champion?: { id?: unknown; version?: unknown } } | null;
    return registry?.champion ?? {};
  } catch {
    return {};
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
