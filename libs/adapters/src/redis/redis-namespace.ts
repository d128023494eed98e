import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { PROTOCOL_VERSION } from '#libs/core';
import type { StoreKeys } from './keys.ts';
import { asTransient } from './redis-client.ts';

const OLDEST_SERVER = 7;

/** What all processes on one namespace must agree on. */
export interface Namespace {
  readonly partitions: number;
  /** Of the dedup hash key: a changed key would make every known transaction new. */
  readonly hashKeyFingerprint: string;
}

/** What tells two hash keys apart without telling them. */
export function hashKeyFingerprint(hashKey: Uint8Array): string {
  return createHash('sha256').update(hashKey).digest('hex').slice(0, 16);
}

/**
 * Why this server cannot be worked with, one sentence for each fault; [] when it can. Creates the namespace on first use; idempotent.
 * Throws `TransientFault` when the server cannot be reached.
 */
export async function checkNamespace(redis: Redis, keys: StoreKeys, wanted: Namespace): Promise<string[]> {
  return [...(await checkServer(redis)), ...(await checkAgreement(redis, keys, wanted))];
}

async function checkServer(redis: Redis): Promise<string[]> {
  const faults: string[] = [];
  const info = await asTransient(() => redis.info());
  const version = /redis_version:(\d+)/.exec(info)?.[1];
  if (!/run_id:[0-9a-f]{40}/.test(info) || !/master_replid:[0-9a-f]{40}/.test(info)) {
    faults.push('INFO shows no run_id or master_replid: give the Redis user the permission +info');
  }
  if (version !== undefined && Number(version) < OLDEST_SERVER)
    faults.push(`Redis ${version} is too old: 7.0 or newer is needed`);
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    faults.push(
      `maxmemory-policy is ${policy}: set it to noeviction, or Redis will drop accounts when memory is short`,
    );
  }
  return faults;
}

async function checkAgreement(redis: Redis, keys: StoreKeys, wanted: Namespace): Promise<string[]> {
  const values = {
    partitions: String(wanted.partitions),
    hash_key: wanted.hashKeyFingerprint,
    protocol: String(PROTOCOL_VERSION),
  };
  const stored = await asTransient(async () => {
    await Promise.all(Object.entries(values).map(([field, value]) => redis.hsetnx(keys.namespace, field, value)));
    return redis.hgetall(keys.namespace);
  });
  const faults: string[] = [];
  if (stored['partitions'] !== values.partitions) {
    faults.push(
      `The state was opened with ${stored['partitions']} partitions and the topics have ${wanted.partitions}: the number can only change by a rebuild into a new namespace (HOLDFAST_KEY_PREFIX)`,
    );
  }
  if (stored['hash_key'] !== values.hash_key) {
    faults.push(
      'HOLDFAST_HASH_KEY is not the key that the state was made with: with another one no known transaction would be recognised',
    );
  }
  if (Number(stored['protocol']) > PROTOCOL_VERSION) {
    faults.push(
      `The state is of protocol ${stored['protocol']}, this program knows ${PROTOCOL_VERSION}: install the newer version`,
    );
  }
  return faults;
}
