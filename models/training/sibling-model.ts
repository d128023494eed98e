import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '#libs/adapters';
import { assert, type RegisteredModel } from '#libs/core';

interface Manifest {
  readonly id: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  readonly calibration: { readonly a: number; readonly b: number };
  readonly golden: { readonly rows: number; readonly margins: string; readonly probabilities: string };
}

/**
 * Copies the model in `from` to `<modelsDirectory>/<id>/<version>` with `shift` added to its log-odds: a model that is as sound and gives other
 * probabilities, so that one can tell which of them answered.
 */
export async function writeSibling(
  from: string,
  { modelsDirectory, version, shift }: { modelsDirectory: string; version: string; shift: number },
): Promise<RegisteredModel> {
  const manifest = JSON.parse(await readFile(join(from, 'manifest.json'), 'utf8')) as Manifest;
  const { a, b } = manifest.calibration;
  const directory = join(modelsDirectory, manifest.id, version);
  await cp(from, directory, { recursive: true });
  const graph = await readFile(join(from, manifest.file));
  const at = graph.lastIndexOf(float32(b));
  assert(at > 0, 'the graph holds the offset of its calibration');
  const offset = Math.fround(b + shift);
  graph.writeFloatLE(offset, at);
  const margins = Buffer.from(manifest.golden.margins, 'base64');
  const probabilities = Buffer.alloc(margins.length);
  for (let byte = 0; byte < margins.length; byte += 4) {
    probabilities.writeFloatLE(1 / (1 + Math.exp(-(a * margins.readFloatLE(byte) + offset))), byte);
  }
  const text = JSON.stringify({
    ...manifest,
    version,
    sha256: sha256Of(graph),
    calibration: { ...manifest.calibration, b: offset },
    golden: { ...manifest.golden, probabilities: probabilities.toString('base64') },
  });
  await writeFile(join(directory, manifest.file), graph);
  await writeFile(join(directory, 'manifest.json'), text);
  return { id: manifest.id, version, manifestSha256: sha256Of(Buffer.from(text)) };
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
