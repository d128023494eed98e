import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { DEFAULTS, type DemoOptions } from './options.ts';

/** The simulated people and shops. The same at every start on the same data, or everybody would seem to have changed. */
export interface DemoWorld {
  readonly seed: number;
  readonly accounts: number;
  readonly days: number;
}

/** The world that the data in `file`'s folder were made with, or a new one. Throws if another one is asked for. */
export async function demoWorld(file: string, options: DemoOptions): Promise<DemoWorld> {
  if (!existsSync(file)) {
    const { seed = DEFAULTS.seed, accounts = DEFAULTS.accounts, days = DEFAULTS.days } = options;
    const world = { seed, accounts, days };
    await writeFile(file, JSON.stringify(world));
    return world;
  }
  const world = JSON.parse(await readFile(file, 'utf8')) as DemoWorld;
  for (const name of ['seed', 'accounts', 'days'] as const) {
    const asked = options[name];
    if (asked !== undefined && asked !== world[name]) {
      throw new Error(
        `The local data were made with --${name} ${world[name]}. Add --fresh to start over with ${asked}.`,
      );
    }
  }
  return world;
}
