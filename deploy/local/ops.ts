import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { buildIfStale } from './build.ts';
import { projectDir } from './cached-download.ts';
import { withLocalServices } from './running-services.ts';

// `npm run ops -- <command>`: the command line of this clone, compiled when needed, against the services that run here.
// In production there is no need of it: `node dist/apps/ops/src/main.js` with an environment.

// A Ctrl-C goes to the command as well, which ends in order and decides the exit code.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined);
try {
  await buildIfStale((line) => console.error(line));
  process.exitCode = await runOps(process.argv.slice(2), await withLocalServices(process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function runOps(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const main = join(projectDir, 'dist', 'apps', 'ops', 'src', 'main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
