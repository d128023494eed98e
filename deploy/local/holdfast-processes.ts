import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { projectDir } from './cached-download.ts';
import { freePort, freePortLike } from './free-port.ts';
import { type Log, type Service, service } from './service.ts';

/** Ports that people expect, taken when they are free; `any` leaves them to others. */
export type PortChoice = 'expected' | 'any';

export interface HoldfastOptions {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  /** Where the processes' logs go; one set of processes at a time. */
  readonly logDir: string;
  readonly apiKey: string;
  readonly ports: PortChoice;
  /** More settings, as in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Processes of the worker that share the partitions; default 1. */
  readonly workers?: number;
  readonly log: Log;
}

/** The service as processes on this machine, two if nobody asks for more. */
export interface Holdfast {
  readonly api: Service;
  /** The first of `workers`. */
  readonly worker: Service;
  readonly workers: readonly Service[];
  readonly httpUrl: string;
  readonly apiKey: string;
  /** Base of /livez, /readyz and /metrics. */
  readonly adminUrls: { readonly api: string; readonly worker: string };
  /** Starts all and returns when all are ready. */
  start(): Promise<void>;
  /** Stops the door first, then the worker. Harmless when they are down. */
  stop(): Promise<void>;
}

/** A full cycle of the worker makes more garbage than the default young generation holds: then what is only in use for a moment is kept as if it were old. */
const NODE_FLAGS = { worker: ['--max-semi-space-size=64'], api: [] } as const;

/** Handles of a worker and an api over these services. Needs a build and the topics; nothing runs before `start()`. */
export async function holdfastProcesses(options: HoldfastOptions): Promise<Holdfast> {
  const portLike = (expected: number): Promise<number> =>
    options.ports === 'expected' ? freePortLike(expected) : freePort();
  const httpPort = await portLike(8080);
  const apiAdminPort = await portLike(8081);
  const workerAdminPort = await portLike(8082);
  const settings = {
    HOLDFAST_ENV: process.env['HOLDFAST_ENV'] ?? 'development',
    REDIS_URL: options.redisUrl,
    KAFKA_BROKERS: options.kafkaBrokers,
    HOLDFAST_API_KEYS: [process.env['HOLDFAST_API_KEYS'], apiKeyEntry(options.apiKey)].filter(Boolean).join(','),
    HOLDFAST_HTTP_PORT: String(httpPort),
    HOLDFAST_API_ADMIN_PORT: String(apiAdminPort),
    ...options.env,
  };
  const program = (role: 'api' | 'worker', name: string, port: number): Service =>
    service({
      name,
      port,
      dataDir: options.logDir,
      prepare: async () => ({
        file: process.execPath,
        args: [...NODE_FLAGS[role], '--enable-source-maps', join(projectDir, 'dist', 'apps', role, 'src', 'main.js')],
        env: { ...settings, ...(role === 'worker' ? { HOLDFAST_WORKER_ADMIN_PORT: String(port) } : {}) },
        cwd: projectDir,
      }),
      isReady: () => answersOk(`http://127.0.0.1:${port}/readyz`),
      readyWithinMs: 90_000,
      stopWithinMs: 20_000,
      log: options.log,
    });
  const api = program('api', 'api', apiAdminPort);
  const worker = program('worker', 'worker', workerAdminPort);
  const workers = [worker];
  for (let nth = 2; nth <= (options.workers ?? 1); nth += 1) {
    workers.push(program('worker', `worker-${nth}`, await portLike(workerAdminPort + nth)));
  }
  return {
    api,
    worker,
    workers,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    apiKey: options.apiKey,
    adminUrls: { api: `http://127.0.0.1:${apiAdminPort}`, worker: `http://127.0.0.1:${workerAdminPort}` },
    start: async () => {
      // All to their end, even if one fails: else stop() would miss one that is just being started.
      const results = await Promise.allSettled([...workers, api].map((one) => one.start()));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    stop: async () => {
      await api.stop();
      await Promise.all(workers.map((one) => one.stop()));
    },
  };
}

/** A key that the api of this machine takes. */
export function newApiKey(): string {
  return `hf_local_${randomBytes(18).toString('base64url')}`;
}

/** The api is told the hash of a key only. */
function apiKeyEntry(key: string): string {
  return `local:${createHash('sha256').update(key).digest('hex')}`;
}

/** Whether a GET is answered with 200. Nobody there is an answer too. */
async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
