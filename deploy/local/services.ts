import { connect } from 'node:net';
import { resolve as resolvePath } from 'node:path';
import { parseArgs } from 'node:util';
import { localServicesDir } from './running-services.ts';
import { emptyDataDirectory, takeDataDirectory } from './data-directory.ts';
import { type KafkaOptions, kafkaService } from './kafka.ts';
import { type RedisOptions, redisService } from './redis.ts';
import type { Log, Service } from './service.ts';

export type { KafkaOptions } from './kafka.ts';
export type { RedisOptions } from './redis.ts';
export type { Log, Service } from './service.ts';

export interface ServicesOptions {
  /** A folder for data, logs, ports and process ids; one process at a time. Use one under `.holdfast/`. */
  readonly dataDir: string;
  /** `{ url }`: use that one and start none. `false`: none is needed. */
  readonly redis?: RedisOptions | { readonly url: string } | false;
  /** `{ brokers }`, as `host:port,host:port`: use those and start none. `false`: none is needed. */
  readonly kafka?: KafkaOptions | { readonly brokers: string } | false;
  readonly log?: Log;
}

export interface Services {
  /** Empty if `redis: false`. */
  readonly redisUrl: string;
  /** `host:port`, with commas between several. Empty if `kafka: false`. */
  readonly kafkaBrokers: string;
  /** Undefined if it was given from outside or is not needed. */
  readonly redis: Service | undefined;
  readonly kafka: Service | undefined;
  /** Stops what was started, in an orderly way, and lets go of the data folder. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a real Redis and a real Kafka on free ports of the loopback interface, or checks that the given ones can be
 *  reached, and returns when both answer. Reads no environment: pass `givenServices()` to respect REDIS_URL and
 *  KAFKA_BROKERS. The services end with this process, however it ends; stop() makes it orderly.
 *  Starting again in the same folder finds the same ports and data. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const log = options.log ?? (() => undefined);
  const redis = options.redis ?? {};
  const kafka = options.kafka ?? {};
  const data = await takeDataDirectory(options.dataDir, log);
  const started: Service[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.stop()));
    await data.release();
  };
  const run = async (make: Promise<Service>): Promise<Service> => {
    const one = await make;
    log(`${one.name}: starting on ${one.address}, data in ${data.path}`);
    started.push(one);
    await one.start();
    return one;
  };
  try {
    // Both to their end, even if one fails: else stop() would miss a service that is just being started.
    const [first, second] = await Promise.allSettled([
      redis === false ? undefined : 'url' in redis ? reachable(redis.url) : run(redisService(data, redis, log)),
      kafka === false ? undefined : 'brokers' in kafka ? reachable(kafka.brokers) : run(kafkaService(data, kafka, log)),
    ]);
    const [redisHandle, kafkaHandle] = [valueOf(first), valueOf(second)];
    return {
      redisUrl: redis === false ? '' : 'url' in redis ? redis.url : `redis://${redisHandle?.address}`,
      kafkaBrokers: kafka === false ? '' : 'brokers' in kafka ? kafka.brokers : (kafkaHandle?.address ?? ''),
      redis: redisHandle,
      kafka: kafkaHandle,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** The services that the user has and names in the environment, as options of startServices(). */
export function givenServices(environment: Readonly<Record<string, string | undefined>>): {
  redis?: { url: string };
  kafka?: { brokers: string };
} {
  const { REDIS_URL: url, KAFKA_BROKERS: brokers } = environment;
  return { ...(url ? { redis: { url } } : {}), ...(brokers ? { kafka: { brokers } } : {}) };
}

/** Throws unless something listens at the first address of a URL or list of brokers. Resolves to no service of ours. */
async function reachable(address: string): Promise<undefined> {
  const first = address.split(',')[0] ?? '';
  const url = new URL(first.includes('://') ? first : `tcp://${first}`);
  const port = Number(url.port === '' ? 6379 : url.port);
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: url.hostname, port, timeout: 5000 });
    const fail = (why: string): void => {
      socket.destroy();
      const advice = 'Start it, or unset REDIS_URL / KAFKA_BROKERS to have a local one started.';
      reject(new Error(`Nothing answers at ${url.hostname}:${port} (${why}). ${advice}`));
    };
    socket.once('error', (error) => fail(error.message));
    socket.once('timeout', () => fail('no connection within 5 s'));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/** `npm run services`: the services in the foreground until Ctrl-C, for work with a debugger or a tool of one's own. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string', default: localServicesDir },
      fresh: { type: 'boolean', default: false },
      bench: { type: 'boolean', default: false },
    },
  });
  const dataDir = resolvePath(values['data-dir']);
  if (values.fresh) await emptyDataDirectory(dataDir);
  const services = await startServices({
    dataDir,
    kafka: { forBenchmarks: values.bench },
    ...givenServices(process.env),
    log: (line) => console.error(`services ${line}`),
  });
  console.log(`export REDIS_URL=${services.redisUrl}\nexport KAFKA_BROKERS=${services.kafkaBrokers}`);
  console.error('services Paste these two lines into another shell. Ctrl-C stops the services.');
  const signal = await new Promise<string>((done) => {
    // Kept to the end: npm passes on the Ctrl-C that the terminal has sent us already, and stopping takes its time.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => done(name));
  });
  console.error(`services stopping (${signal})`);
  await services.stop();
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(`services ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
