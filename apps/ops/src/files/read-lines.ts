import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { CommandFailed } from '../failures.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * The lines of a file, in blocks, in memory bounded by a block and the longest line; gunzipped when its name ends in `.gz`. Bytes are read as
 * Latin-1, so that none is lost. Empty lines are left out. Throws `CommandFailed` when the file cannot be read.
 */
export async function* readLines(path: string): AsyncGenerator<readonly string[], void, undefined> {
  await assertFile(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file;
  if (bytes !== file) file.on('error', (error) => bytes.destroy(error));
  bytes.setEncoding('latin1');
  let rest = '';
  try {
    for await (const chunk of bytes) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield lines.map(withoutReturn).filter((line) => line !== '');
    }
  } catch (error) {
    throw new CommandFailed(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    file.destroy();
    bytes.destroy();
  }
  if (withoutReturn(rest) !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new CommandFailed(`There is no file ${path}.`);
  if (!found.isFile()) throw new CommandFailed(`${path} is not a file.`);
}
