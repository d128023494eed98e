import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, localDir, projectDir } from '../../../deploy/local/cached-download.ts';
import { applied, type Edit } from './mutant.ts';

const COPIED = ['apps', 'libs', 'deploy', 'package.json', 'tsconfig.json'];

/** A copy of the sources in which one mutant at a time is made; the project itself is never changed. */
export class Mirror {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Replaces what an earlier run has left. */
  static async create(): Promise<Mirror> {
    const path = join(localDir, 'mutants');
    await rm(path, { recursive: true, force: true });
    await mkdir(join(path, '.holdfast'), { recursive: true });
    for (const name of COPIED) await cp(join(projectDir, name), join(path, name), { recursive: true });
    await symlink(join(projectDir, 'node_modules'), join(path, 'node_modules'));
    if (existsSync(cacheDir)) await symlink(cacheDir, join(path, '.holdfast', 'cache'));
    return new Mirror(path);
  }

  /** Takes the simulation over, and the built libraries, all but the core, which is run from its sources: so that a change of it needs no build. */
  async takeSimulation(): Promise<void> {
    for (const name of ['load-tests', 'dist'])
      await cp(join(projectDir, name), join(this.path, name), { recursive: true });
    const file = join(this.path, 'package.json');
    const { imports, ...rest } = JSON.parse(await readFile(file, 'utf8')) as { imports: object };
    const core = { '#libs/core': './libs/core/src/index.ts' };
    await writeFile(file, JSON.stringify({ ...rest, imports: { ...core, ...imports } }));
  }

  /** Makes the edits, and resolves with how to undo them; null, with nothing changed, when a text is not there exactly once. */
  async change(edits: readonly Edit[]): Promise<(() => Promise<void>) | null> {
    const originals = new Map<string, string>();
    const changed = new Map<string, string>();
    for (const edit of edits) {
      const file = join(this.path, edit.file);
      if (!originals.has(file)) originals.set(file, await readFile(file, 'utf8'));
      const text = applied(changed.get(file) ?? originals.get(file) ?? '', edit);
      if (text === null) return null;
      changed.set(file, text);
    }
    const write = async (texts: ReadonlyMap<string, string>): Promise<void> => {
      for (const [file, text] of texts) await writeFile(file, text);
    };
    await write(changed);
    return () => write(originals);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
