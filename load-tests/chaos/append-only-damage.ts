import { cp, mkdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestAppendOnlyFile } from '../../deploy/local/append-only-file.ts';
import type { SeededRandom } from '../seeded-random.ts';

const LARGEST_CUT_BYTES = 1024 * 1024;

/**
 * Cuts a random number of bytes, from one to a megabyte, off the file that a Redis was writing, as a machine does that loses power. Few cuts end between
 * two commands, and most lie inside the MULTI of a script. The server must be down. Gives how many bytes are gone.
 */
export async function cutAppendOnlyFile(folder: string, random: SeededRandom): Promise<number> {
  const file = await newestAppendOnlyFile(folder);
  if (file === undefined) return 0;
  const { size } = await stat(file);
  const cut = Math.min(size, Math.ceil(LARGEST_CUT_BYTES ** random.uniform()));
  await truncate(file, size - cut);
  return cut;
}

const KEPT_COPIES = 3;
const TRIES = 10;
const RETRY_MS = 200;

/** Copies of an append-only folder, taken while its server runs, as backups are. Taking and restoring wait for each other. */
export class AppendOnlyCopies {
  readonly #folder: string;
  readonly #copiesFolder: string;
  #copies: { readonly path: string; readonly takenAt: number }[] = [];
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, copiesFolder: string) {
    this.#folder = folder;
    this.#copiesFolder = copiesFolder;
  }

  /** Takes a copy and forgets the oldest one. A server that rewrites its files at that moment makes it begin again. */
  take(): Promise<void> {
    return this.#inTurn(async () => {
      const path = join(this.#copiesFolder, String((this.#taken += 1)));
      await mkdir(this.#copiesFolder, { recursive: true });
      for (let tries = 1; !(await this.#copyTo(path)); tries += 1) {
        if (tries === TRIES) throw new Error(`${this.#folder} changed under ${TRIES} copies`);
        await sleep(RETRY_MS);
      }
      this.#copies.push({ path, takenAt: performance.now() });
      for (const { path: old } of this.#copies.splice(0, this.#copies.length - KEPT_COPIES)) {
        await rm(old, { recursive: true, force: true });
      }
    });
  }

  /** Puts one of the copies in the folder's place; the server must be down. Gives its age in seconds. Throws without any copy. */
  restore(random: SeededRandom): Promise<number> {
    return this.#inTurn(async () => {
      if (this.#copies.length === 0) throw new Error('There is no copy to restore');
      const { path, takenAt } = random.pick(this.#copies);
      await rm(this.#folder, { recursive: true, force: true });
      await cp(path, this.#folder, { recursive: true });
      return Math.round((performance.now() - takenAt) / 1_000);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** A copy is whole when the manifest that it was taken by is still the one in force. */
  async #copyTo(path: string): Promise<boolean> {
    await rm(path, { recursive: true, force: true });
    const before = await this.#manifest();
    const copied = await cp(this.#folder, path, { recursive: true }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return false;
      },
    );
    return copied && before !== null && before === (await this.#manifest());
  }

  async #manifest(): Promise<string | null> {
    return readFile(join(this.#folder, 'appendonly.aof.manifest'), 'utf8').catch(() => null);
  }
}
