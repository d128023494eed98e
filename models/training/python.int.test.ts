import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { preparePython } from './python-environment.ts';

const PATIENCE = { timeout: 300_000 };

test("the trainer's own tests pass in its locked environment", PATIENCE, async () => {
  const venv = join(import.meta.dirname, '../../.holdfast/training/venv');
  const python = await preparePython(venv, join(import.meta.dirname, 'requirements.txt'));
  const asked = ['-m', 'unittest', 'discover', '-s', 'holdfast_training/tests', '-t', '.'];
  const { stderr } = await promisify(execFile)(python, asked, { cwd: import.meta.dirname });
  expect(stderr).toMatch(/Ran \d{2,} tests in .*\n\nOK\n$/);
});
