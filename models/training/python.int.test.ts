import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readModelFiles } from '../../libs/adapters/src/onnx/model-files.ts';
import { MAX_BATCH_ROWS, ModelSession } from '../../libs/adapters/src/onnx/model-session.ts';
import { preparePython } from './python-environment.ts';

const PATIENCE = { timeout: 300_000 };
const ENOUGH_ROWS = 5_000;
const run = promisify(execFile);

let python = '';
let folder = '';
beforeAll(async () => {
  const venv = join(import.meta.dirname, '../../.holdfast/training/venv');
  python = await preparePython(venv, join(import.meta.dirname, 'requirements.txt'));
  folder = await mkdtemp(join(tmpdir(), 'margins-'));
}, PATIENCE.timeout);
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the trainer's own tests pass in its locked environment", PATIENCE, async () => {
  const asked = ['-m', 'unittest', 'discover', '-s', 'holdfast_training/tests', '-t', '.'];
  const { stderr } = await run(python, asked, { cwd: import.meta.dirname });
  expect(stderr).toMatch(/Ran \d{2,} tests in .*\n\nOK\n$/);
});

test(
  'the service gives the margins of the trainer, bit for bit, on ordinary rows and beside every threshold',
  PATIENCE,
  async () => {
    await run(python, ['-m', 'holdfast_training.tests.margins_for_node', folder], { cwd: import.meta.dirname });
    const { manifest, graph } = await readModelFiles(folder);
    const [rows, margins] = [await floatsIn('rows.f32'), await floatsIn('margins.f32')];
    const width = manifest.featureCount;
    expect(margins.length).toBe(rows.length / width);
    expect(margins.length).toBeGreaterThan(ENOUGH_ROWS + 500);
    const session = await ModelSession.open(graph, manifest, folder);
    const found = new Float32Array(margins.length);
    for (let from = 0; from < found.length; from += MAX_BATCH_ROWS) {
      const to = Math.min(found.length, from + MAX_BATCH_ROWS);
      found.set((await session.run(rows.subarray(from * width, to * width), to - from, true)).margins, from);
    }
    await session.release();
    const different = [...found.keys()].filter((row) => !Object.is(found[row], margins[row]));
    expect(different).toEqual([]);
  },
);

async function floatsIn(file: string): Promise<Float32Array> {
  const bytes = await readFile(join(folder, file));
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}
