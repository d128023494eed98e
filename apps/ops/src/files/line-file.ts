import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const BLOCK_CHARACTERS = 256 * 1024;

/**
 * A file of lines that appears under its name only when it is complete; gzipped when the name ends in `.gz`. Call `close` to keep it, or `discard`.
 * `line` takes text whose characters are bytes (Latin-1).
 */
export class LineFile {
  readonly #path: string;
  readonly #file: Writable;
  readonly #stream: Writable;
  readonly #hash = createHash('sha256');
  #block = '';
  #lines = 0;
  #failed: Error | null = null;

  private constructor(path: string) {
    this.#path = path;
    this.#file = createWriteStream(`${path}.part`);
    this.#stream = path.endsWith('.gz') ? createGzip({ level: 6 }) : this.#file;
    if (this.#stream !== this.#file) this.#stream.pipe(this.#file);
    this.#file.on('error', (error: Error) => (this.#failed = error));
  }

  /** Makes the folders that are missing. */
  static async create(path: string): Promise<LineFile> {
    await mkdir(dirname(path), { recursive: true });
    return new LineFile(path);
  }

  get lines(): number {
    return this.#lines;
  }

  /** Resolves when more may be written. Throws what went wrong with the file. */
  async line(text: string): Promise<void> {
    this.#block += `${text}\n`;
    this.#lines += 1;
    if (this.#block.length >= BLOCK_CHARACTERS) await this.#flush();
  }

  /** Gives the SHA-256 of the text, before compression. */
  async close(): Promise<string> {
    await this.#flush();
    this.#stream.end();
    await finished(this.#file);
    await rename(`${this.#path}.part`, this.#path);
    return this.#hash.digest('hex');
  }

  async discard(): Promise<void> {
    this.#stream.destroy();
    this.#file.destroy();
    await rm(`${this.#path}.part`, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    const bytes = Buffer.from(this.#block, 'latin1');
    this.#block = '';
    this.#hash.update(bytes);
    if (!this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }
}
