import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const ROWS_PER_WRITE = 8_192;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Vectors laid end to end in a file, float32, little-endian: what a model is trained on. */
export class VectorFile {
  readonly #stream: WriteStream;
  readonly #width: number;
  readonly #hash = createHash('sha256');
  readonly #block: Float32Array;
  #rows = 0;
  #failed: Error | null = null;

  /** Creates the file at `path`, in a folder that exists, for vectors of `width` numbers. */
  constructor(path: string, width: number) {
    this.#stream = createWriteStream(path);
    this.#stream.on('error', (error) => (this.#failed = error));
    this.#width = width;
    this.#block = new Float32Array(ROWS_PER_WRITE * width);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Resolves when more may be added. Throws what went wrong with the file. */
  async add(vector: Float32Array): Promise<void> {
    this.#block.set(vector, (this.#rows % ROWS_PER_WRITE) * this.#width);
    this.#rows += 1;
    if (this.#rows % ROWS_PER_WRITE === 0) await this.#flush(ROWS_PER_WRITE);
  }

  /** Completes the file; gives the hex SHA-256 of its bytes. */
  async close(): Promise<string> {
    const left = this.#rows % ROWS_PER_WRITE;
    if (left > 0) await this.#flush(left);
    this.#stream.end();
    await finished(this.#stream);
    return this.#hash.digest('hex');
  }

  /** Writes a copy, as the block is filled again while the write may still be under way. */
  async #flush(rows: number): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    const bytes = Buffer.from(this.#block.slice(0, rows * this.#width).buffer);
    if (!LITTLE_ENDIAN) bytes.swap32();
    this.#hash.update(bytes);
    if (!this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }
}
