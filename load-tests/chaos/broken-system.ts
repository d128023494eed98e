import { join } from 'node:path';
import { freePort } from '../../deploy/local/free-port.ts';
import { type PrivateSystem, privateSystem } from '../../deploy/local/private-system.ts';
import type { Log, Service } from '../../deploy/local/service.ts';
import { startServices, type Services } from '../../deploy/local/services.ts';
import { AppendOnlyCopies } from './append-only-damage.ts';
import type { System } from './faults.ts';
import { Supervised } from './supervised.ts';
import { TcpProxy } from './tcp-proxy.ts';

const PARTITIONS = 12;
const PAUSE_BEYOND_SESSION_MS = 3_000;

/** A running service to be broken, over a Redis and a Kafka of its own that it reaches by links that can be broken as well. */
export interface BrokenSystem extends System {
  readonly holdfast: PrivateSystem;
  /** The broker's own address, past its link. */
  readonly brokerAddress: string;
  /** Processes that ended without being told to, by name, with how often. */
  endedByThemselves(): Readonly<Record<string, number>>;
  /** Stops everything; after an abort without waiting for anybody's good end. */
  stop(): Promise<void>;
}

/** Starts all of it in `workDir`, and looks after its processes. */
export async function startBrokenSystem(options: {
  readonly workDir: string;
  readonly workers: number;
  readonly sessionTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}): Promise<BrokenSystem> {
  const { workDir, sessionTimeoutMs, signal, log } = options;
  const dataDir = join(workDir, 'services');
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    const listenerPort = await freePort();
    const brokerLink = await TcpProxy.listen(listenerPort);
    closing.push(() => brokerLink.close());
    const proxied = { port: listenerPort, proxyPort: brokerLink.port };
    const services = await startServices({ dataDir, kafka: { proxied }, log });
    closing.push(() => stopServices(services, signal));
    const [redis, broker] = [services.redis, services.kafka] as [Service, Service];
    const redisLink = await TcpProxy.listen(redis.port);
    closing.push(() => redisLink.close());
    const holdfast = await privateSystem({
      redisUrl: `redis://127.0.0.1:${redisLink.port}`,
      kafkaBrokers: `127.0.0.1:${brokerLink.port}`,
      partitions: PARTITIONS,
      logDir: join(workDir, 'logs'),
      workers: options.workers,
      env: { HOLDFAST_KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs) },
      log,
    });
    const processes = [...holdfast.workers, holdfast.api];
    closing.push(() => (signal.aborted ? killAll(processes) : holdfast.stop()));
    signal.throwIfAborted();
    await holdfast.start();
    const supervised = [...processes, redis, broker].map((service) => new Supervised(service, log));
    for (const one of supervised) one.watch();
    closing.push(async () => {
      await Promise.all(supervised.map((one) => one.leave({ kill: signal.aborted })));
    });
    const [apiHandle, redisHandle, brokerHandle] = supervised.slice(-3) as [Supervised, Supervised, Supervised];
    const appendOnlyFolder = join(dataDir, 'redis', 'appendonlydir');
    return {
      workers: supervised.slice(0, -3),
      api: apiHandle,
      redis: redisHandle,
      broker: brokerHandle,
      redisPort: redis.port,
      redisLink,
      brokerLink,
      appendOnlyFolder,
      copies: new AppendOnlyCopies(appendOnlyFolder, join(dataDir, 'copies')),
      pauseMs: sessionTimeoutMs + PAUSE_BEYOND_SESSION_MS,
      signal,
      holdfast,
      brokerAddress: services.kafkaBrokers,
      endedByThemselves: () =>
        Object.fromEntries(supervised.map((one) => [one.name, one.endedByItself]).filter(([, count]) => count !== 0)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopServices(services: Services, signal: AbortSignal): Promise<void> {
  if (signal.aborted) await killAll([services.redis, services.kafka].filter((one) => one !== undefined));
  await services.stop();
}

async function killAll(processes: readonly Service[]): Promise<void> {
  await Promise.all(processes.map((one) => one.kill('SIGKILL')));
}
