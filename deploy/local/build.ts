import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { projectDir } from './cached-download.ts';
import { runCommand } from './run-command.ts';
import type { Log } from './service.ts';

const SOURCES = [
  'apps/*/src/**/*.ts',
  'libs/*/src/**/*.{ts,lua}',
  'nest-cli.json',
  'tsconfig*.json',
  'package.json',
  'package-lock.json',
];
const distDir = join(projectDir, 'dist');
/** Inside of what it speaks for, so that it goes when that goes. */
const stampFile = join(distDir, '.built-from');

/** Compiles the programs unless what is in `dist` was compiled from these very sources. Throws with the compiler's words. */
export async function buildIfStale(log: Log): Promise<void> {
  const stamp = await hashOfSources();
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;
  const startedAt = performance.now();
  log('build: compiling the programs into dist/');
  const nest = join(projectDir, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await runCommand(process.execPath, [nest, 'build'], { cwd: projectDir, timeoutMs: 300_000 }).catch(
    (error: unknown) => {
      throw new Error(`The programs cannot be compiled; \`npm run check:types\` says where.\n${String(error)}`, {
        cause: error,
      });
    },
  );
  await mkdir(distDir, { recursive: true });
  await writeFile(stampFile, stamp);
  log(`build: done after ${Math.round(performance.now() - startedAt)} ms`);
}

/** Of names and contents: a checkout or a copy changes times without changing a line. */
async function hashOfSources(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(SOURCES, { cwd: projectDir })) files.push(file);
  const hash = createHash('sha256').update(process.version);
  for (const file of files.toSorted()) {
    hash.update(`\0${file}\0`).update(await readFile(join(projectDir, file)));
  }
  return hash.digest('hex');
}

// `npm run build`.
if (import.meta.main) {
  try {
    await buildIfStale((line) => console.error(line));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
