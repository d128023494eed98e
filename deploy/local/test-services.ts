import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { localDir } from './cached-download.ts';
import { emptyDataDirectory, isInUse } from './data-directory.ts';
import { givenServices, type Services, startServices } from './services.ts';

const PREFIX = 'test-';

interface Sharing {
  users: number;
  services: Promise<Services>;
}

/** Vitest loads this file once for each project that names it; they share one set of services through here. */
const shared = globalThis as { holdfastTestServices?: Sharing };

/** Vitest's global setup of the levels `int`, `e2e` and `chaos`: one fresh Redis and Kafka for the whole run, in a
 *  folder of this run, told to the tests as REDIS_URL and KAFKA_BROKERS. Services given in the environment are used
 *  instead. Tests share them, so each test uses names of its own; a test that breaks a service starts a private one. */
export default async function setup(): Promise<() => Promise<void>> {
  const dataDir = join(localDir, `${PREFIX}${process.pid}`);
  shared.holdfastTestServices ??= { users: 0, services: start(dataDir) };
  const sharing = shared.holdfastTestServices;
  sharing.users += 1;
  const services = await sharing.services;
  process.env['REDIS_URL'] = services.redisUrl;
  process.env['KAFKA_BROKERS'] = services.kafkaBrokers;
  return async () => {
    sharing.users -= 1;
    if (sharing.users > 0) return;
    await services.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function start(dataDir: string): Promise<Services> {
  await removeOldRuns();
  const log = (line: string): void => console.error(`services ${line}`);
  return startServices({ dataDir, ...givenServices(process.env), log });
}

/** Folders of runs that were killed before they could clean up. */
async function removeOldRuns(): Promise<void> {
  if (!existsSync(localDir)) return;
  for (const name of await readdir(localDir)) {
    const dir = join(localDir, name);
    if (name.startsWith(PREFIX) && !(await isInUse(dir))) await emptyDataDirectory(dir);
  }
}
