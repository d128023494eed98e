import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localDir } from './cached-download.ts';
import { isInUse } from './data-directory.ts';
import { pidFileOf } from './service.ts';

/** The data of `npm start` and `npm run services`: one of the two at a time. */
export const localServicesDir = join(localDir, 'services');

type Environment = Readonly<Record<string, string | undefined>>;

/** `environment` for a program that is to find the services that `npm start` or `npm run services` runs at the moment.
 *  What is set already stays. Without running services it is the defaults of development that count. */
export async function withLocalServices(environment: Environment): Promise<Environment> {
  const found = (await isInUse(localServicesDir))
    ? { ...(await address('REDIS_URL', 'redis', 'redis://')), ...(await address('KAFKA_BROKERS', 'kafka', '')) }
    : {};
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  return { HOLDFAST_ENV: 'development', ...found, ...given };
}

/** The pid file is there while the service runs: one that was given from outside has none. */
async function address(variable: string, service: string, scheme: string): Promise<Record<string, string>> {
  if (!existsSync(pidFileOf(localServicesDir, service))) return {};
  const port = await readFile(join(localServicesDir, `${service}.port`), 'utf8');
  return { [variable]: `${scheme}127.0.0.1:${port.trim()}` };
}
