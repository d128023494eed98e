import { Redis } from 'ioredis';
import { TransientFault } from '#libs/core';

/** One connection of one purpose: a slow command must not stand in front of a decision. */
export interface RedisConnection {
  readonly redis: Redis;
  close(): Promise<void>;
}

const LONGEST_RETRY_MS = 500;
/** A server that loads its data is asked again so soon; left alone, the client believes its estimate, which can be ten times too long. */
const LOADING_RETRY_MS = 100;

/**
 * Connects to `url`. A command is sent once or fails: nothing is queued while the connection is down, and nothing is sent again after it dropped,
 * since the caller has to read before it may repeat. `commandTimeoutMs` bounds every command.
 */
export function connectRedis(
  url: string,
  options: { name: string; commandTimeoutMs: number; onError?: (error: Error) => void },
): RedisConnection {
  const redis = new Redis(url, {
    protocol: 2,
    connectionName: `holdfast-${options.name}`,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: options.commandTimeoutMs,
    connectTimeout: 1_000,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    retryStrategy: (attempt) => Math.min(LONGEST_RETRY_MS, 20 * attempt) * (0.5 + Math.random() / 2),
  });
  redis.on('error', (error: Error) => options.onError?.(error));
  return {
    redis,
    close: async () => {
      redis.disconnect();
    },
  };
}

/** Resolves when the connection answers a PING; throws `TransientFault` when it does not within `timeoutMs`. */
export async function waitForRedis(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new TransientFault('store_unreachable', `Redis did not answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  redis.once('ready', resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', resolve);
  }
}

/** Runs `work`; whatever the client reports becomes a `TransientFault`: the command may or may not have run. */
export async function asTransient<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransientFault) throw error;
    throw new TransientFault('store_unreachable', `Redis: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
