import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { cachedDownload } from '../deploy/local/cached-download.ts';
import { runCommand } from '../deploy/local/run-command.ts';
import type { Log } from '../deploy/local/service.ts';

/** The newest k6 that builds with Go alone; it runs TypeScript as it is. */
const VERSION = '1.8.1';
const BUILD_TIMEOUT_MS = 30 * 60_000;

/** There is no k6, and no Go to build one with. */
export class NoK6 extends Error {}

/** A k6 1.x: the one on the PATH, else one that Go builds once (two minutes of processor time, 50 MB). Throws `NoK6`. */
export async function k6Binary(log: Log): Promise<string> {
  const printed = await runCommand('k6', ['version']).catch(() => '');
  if (/^k6(?:\.exe)? v1\./.test(printed)) return 'k6';
  if (!onPath('go')) {
    throw new NoK6('There is no k6 1.x on the PATH, and no Go to build one: install either of them.');
  }
  const dir = await cachedDownload(`k6-${VERSION}`, async (draft) => {
    log(`k6: building ${VERSION} with Go; this takes some minutes, once`);
    const environment = { ...process.env, GOBIN: draft };
    const install = ['install', '-trimpath', '-ldflags=-s -w', `go.k6.io/k6@v${VERSION}`];
    await runCommand('go', install, { env: environment, timeoutMs: BUILD_TIMEOUT_MS }).catch((error: unknown) => {
      throw new Error(`k6 cannot be built. Is the Go module proxy reachable?\n${String(error)}`, { cause: error });
    });
  });
  return join(dir, 'k6');
}

function onPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
