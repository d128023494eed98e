import { createEventCodec } from '#libs/contracts';
import {
  type Clock,
  createHasher,
  DEFAULT_POLICY,
  type DetailCache,
  type ModelSlot,
  REDUCER_VERSION,
  type ScoringPorts,
  type ScoringRules,
} from '#libs/core';
import { StoreKeys } from './redis/keys.ts';
import { connectRedis, waitForRedis } from './redis/redis-client.ts';
import { RedisDetailCache } from './redis/redis-detail-cache.ts';
import { RedisEntityStore } from './redis/redis-entity-store.ts';
import { checkNamespace, hashKeyFingerprint } from './redis/redis-namespace.ts';
import { RedisStateStore } from './redis/redis-state-store.ts';

const START_TIMEOUT_MS = 10_000;

/** What the doors are told about the state; the names are those of the configuration. */
export interface ScoringSettings {
  readonly redis: { readonly url: string; readonly keyPrefix: string; readonly commandTimeoutMs: number };
  readonly state: {
    readonly hashKey: Uint8Array;
    readonly allowedLatenessMs: number;
    readonly maxFutureSkewMs: number;
    readonly logCapEvents: number;
    readonly outboxLimitEvents: number;
    readonly detailTtlMs: number;
  };
  /** Partitions of `decisions.v1`, as the broker has them. */
  readonly partitions: number;
}

/** The scorer's ports over real vendors: the same behind every door. */
export interface OpenedScoring {
  readonly ports: ScoringPorts;
  readonly details: DetailCache;
  readonly keys: StoreKeys;
  /** Resolves when the store answers, rejects with `TransientFault` when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The store is there, and must not be worked with. */
export class UnusableStore extends Error {
  override readonly name = 'UnusableStore';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.faults = faults;
  }
}

/** What a decision is made by beside the model, from the settings. */
export function scoringRules({ state }: Pick<ScoringSettings, 'state'>): ScoringRules {
  const { allowedLatenessMs, maxFutureSkewMs, logCapEvents } = state;
  return {
    reducer: { version: REDUCER_VERSION, allowedLatenessMs, logCap: logCapEvents },
    allowedLatenessMs,
    maxFutureSkewMs,
  };
}

/**
 * Connects the store and checks that this process may use it. Throws `UnusableStore` with every fault, `TransientFault` when there is no store to be
 * reached for 10 s. `close` gives everything back.
 */
export async function openScoring(
  settings: ScoringSettings,
  { champion, clock, onRedisError }: { champion: ModelSlot; clock: Clock; onRedisError: (error: Error) => void },
): Promise<OpenedScoring> {
  const { redis: redisSettings, state, partitions } = settings;
  const keys = new StoreKeys(redisSettings.keyPrefix);
  const connection = connectRedis(redisSettings.url, {
    name: 'decisions',
    commandTimeoutMs: redisSettings.commandTimeoutMs,
    onError: onRedisError,
  });
  const { redis } = connection;
  try {
    await waitForRedis(redis, START_TIMEOUT_MS);
    const wanted = { partitions, hashKeyFingerprint: hashKeyFingerprint(state.hashKey) };
    const faults = await checkNamespace(redis, keys, wanted);
    if (faults.length > 0) throw new UnusableStore(faults);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    ports: {
      store: new RedisStateStore(redis, keys, { outboxLimit: state.outboxLimitEvents }),
      entities: new RedisEntityStore(redis, keys, { partitions }),
      champion,
      codec: createEventCodec(),
      clock,
      hasher: createHasher(state.hashKey),
      policy: DEFAULT_POLICY,
      rules: scoringRules(settings),
    },
    details: new RedisDetailCache(redis, keys, { ttlMs: state.detailTtlMs }),
    keys,
    ping: async () => waitForRedis(redis, redisSettings.commandTimeoutMs),
    close: () => connection.close(),
  };
}
