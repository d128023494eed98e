import { setTimeout as sleep } from 'node:timers/promises';
import { cutAppendOnlyFile, type AppendOnlyCopies } from './append-only-damage.ts';
import { flushAll } from './flush-all.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { Supervised } from './supervised.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** What a fault run breaks. */
export interface System {
  readonly workers: readonly Supervised[];
  readonly api: Supervised;
  readonly redis: Supervised;
  readonly broker: Supervised;
  readonly redisPort: number;
  /** Between the service and Redis, and the service and the broker. */
  readonly redisLink: TcpProxy;
  readonly brokerLink: TcpProxy;
  readonly appendOnlyFolder: string;
  readonly copies: AppendOnlyCopies;
  /** Longer than the session by which the group knows its members. */
  readonly pauseMs: number;
  /** Aborted when the run is to end at once. */
  readonly signal: AbortSignal;
}

/** Two faults of one target never overlap. */
export type Target = 'worker' | 'api' | 'redis' | 'broker' | 'redis link' | 'broker link';

/** What a fault adds to the totals of a report. */
export type Harm = 'process_kills' | 'redis_kills' | 'redis_data_lost' | 'broker_kills' | 'stops_beyond_session';

/** A kind of fault. */
export interface Fault {
  readonly target: Target;
  /** How often it comes among all, and in a short run. */
  readonly weight: number;
  readonly inShortRun?: number;
  readonly harms: readonly Harm[];
  /** Resolves when what it has broken is up again, with what it has drawn, in words. */
  run(system: System, random: SeededRandom): Promise<string | null>;
}

const restart =
  (of: (system: System, random: SeededRandom) => Supervised, signal: 'SIGKILL' | 'SIGTERM') =>
  async (system: System, random: SeededRandom): Promise<string> => {
    const process = of(system, random);
    await process.restart(signal);
    return process.name;
  };
const anyWorker = ({ workers }: System, random: SeededRandom): Supervised => random.pick(workers);
const pause =
  (of: (system: System, random: SeededRandom) => Supervised) =>
  async (system: System, random: SeededRandom): Promise<string> => {
    const process = of(system, random);
    await process.pause(system.pauseMs, system.signal);
    return `${process.name} for ${system.pauseMs} ms`;
  };
type LinkOf = (system: System) => TcpProxy;
const redisLink: LinkOf = (system) => system.redisLink;
const brokerLink: LinkOf = (system) => system.brokerLink;

const cutLink = (of: LinkOf) => (system: System) => {
  const link = of(system);
  const { connections } = link;
  link.cut();
  return Promise.resolve(`${connections} connections`);
};

const slowLink = (of: LinkOf) => async (system: System, random: SeededRandom) => {
  const seconds = random.between(4, 8);
  of(system).slowDown({ delayMs: () => random.between(200, 800) });
  await sleep(seconds * 1_000, undefined, { signal: system.signal }).catch(() => undefined);
  of(system).heal({ deliver: true });
  return `200-800 ms for ${seconds.toFixed(1)} s`;
};

/** Some connections or all of them; for longer than what waits for an answer on them. */
const silentLink = (of: LinkOf, seconds: readonly [number, number]) => async (system: System, random: SeededRandom) => {
  const isWhole = random.chance(0.5);
  const deliver = random.chance(0.5);
  const silentSeconds = random.between(...seconds);
  of(system).fallSilent({ chosen: () => isWhole || random.chance(0.5), newOnes: isWhole });
  await sleep(silentSeconds * 1_000, undefined, { signal: system.signal }).catch(() => undefined);
  of(system).heal({ deliver });
  const what = isWhole ? 'all connections' : 'half of the connections';
  return `${what} for ${silentSeconds.toFixed(1)} s, then ${deliver ? 'delivered late' : 'reset'}`;
};

/** Every kind by the name that reports use. */
export const FAULTS = {
  'worker kill -9': {
    target: 'worker',
    weight: 33,
    inShortRun: 3,
    harms: ['process_kills'],
    run: restart(anyWorker, 'SIGKILL'),
  },
  'all workers kill -9': {
    target: 'worker',
    weight: 8,
    harms: ['process_kills', 'process_kills'],
    run: async ({ workers }) => {
      await Promise.all(workers.map((worker) => worker.restart('SIGKILL')));
      return `${workers.length} workers`;
    },
  },
  'api kill -9': {
    target: 'api',
    weight: 21,
    inShortRun: 1,
    harms: ['process_kills'],
    run: restart(({ api }) => api, 'SIGKILL'),
  },
  'worker SIGTERM': { target: 'worker', weight: 5, harms: [], run: restart(anyWorker, 'SIGTERM') },
  'api SIGTERM': { target: 'api', weight: 4, harms: [], run: restart(({ api }) => api, 'SIGTERM') },
  'worker stopped beyond its session': {
    target: 'worker',
    weight: 10,
    inShortRun: 1,
    harms: ['stops_beyond_session'],
    run: pause(anyWorker),
  },
  'api stopped as long': { target: 'api', weight: 5, harms: ['stops_beyond_session'], run: pause(({ api }) => api) },
  'redis kill -9': {
    target: 'redis',
    weight: 15,
    inShortRun: 1,
    harms: ['redis_kills'],
    run: restart(({ redis }) => redis, 'SIGKILL'),
  },
  'redis kill -9 with its tail lost': {
    target: 'redis',
    weight: 13,
    inShortRun: 1,
    harms: ['redis_kills', 'redis_data_lost'],
    run: async ({ redis, appendOnlyFolder }, random) => {
      let cut = 0;
      await redis.restart('SIGKILL', async () => {
        cut = await cutAppendOnlyFile(appendOnlyFolder, random);
      });
      return `${cut} bytes`;
    },
  },
  'redis kill -9 and an older copy': {
    target: 'redis',
    weight: 7,
    inShortRun: 1,
    harms: ['redis_kills', 'redis_data_lost'],
    run: async ({ redis, copies }, random) => {
      let ageSeconds = 0;
      await redis.restart('SIGKILL', async () => {
        ageSeconds = await copies.restore(random);
      });
      return `${ageSeconds} s old`;
    },
  },
  FLUSHALL: {
    target: 'redis',
    weight: 5,
    inShortRun: 1,
    harms: ['redis_data_lost'],
    run: async ({ redisPort }) => {
      await flushAll(redisPort);
      return null;
    },
  },
  'broker kill -9': {
    target: 'broker',
    weight: 12,
    inShortRun: 1,
    harms: ['broker_kills'],
    run: restart(({ broker }) => broker, 'SIGKILL'),
  },
  'broker SIGTERM': {
    target: 'broker',
    weight: 3,
    harms: [],
    run: restart(({ broker }) => broker, 'SIGTERM'),
  },
  'redis connections cut': {
    target: 'redis link',
    weight: 5,
    inShortRun: 1,
    harms: [],
    run: cutLink(redisLink),
  },
  'redis connections slow': { target: 'redis link', weight: 4, harms: [], run: slowLink(redisLink) },
  'redis connections half-open': { target: 'redis link', weight: 6, harms: [], run: silentLink(redisLink, [2, 8]) },
  'broker connections cut': { target: 'broker link', weight: 5, harms: [], run: cutLink(brokerLink) },
  'broker connections slow': { target: 'broker link', weight: 4, harms: [], run: slowLink(brokerLink) },
  'broker connections half-open': {
    target: 'broker link',
    weight: 5,
    inShortRun: 1,
    harms: [],
    run: silentLink(brokerLink, [11, 14]),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
