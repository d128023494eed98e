import type { Redis } from 'ioredis';
import {
  TransientFault,
  type CommitRequest,
  type CommitResult,
  type LoadedPartition,
  type StateStore,
} from '#libs/core';
import type { StoreKeys } from './keys.ts';
import { encodeEvents } from './outbox-codec.ts';
import { asTransient } from './redis-client.ts';
import { numberOrNull, Script, text, type Reply, type ScriptArgument } from './script.ts';

const STATUSES = {
  CLOSED: { status: 'closed' },
  GAP: { status: 'gap' },
  STALE: { status: 'stale' },
  CONFLICT: { status: 'conflict' },
  FULL: { status: 'full' },
} as const satisfies Record<string, CommitResult>;

/** The doors' side of the store: one pipeline to read a batch's accounts, one script to commit it. Protocol sections 1 and 3. */
export class RedisStateStore implements StateStore {
  readonly #redis: Redis;
  readonly #keys: StoreKeys;
  readonly #outboxLimit: number;
  readonly #commit = new Script('commit');
  readonly #reportDamage = new Script('report-damage');

  /** `outboxLimit`: events committed and not yet published that a partition may hold. */
  constructor(redis: Redis, keys: StoreKeys, options: { outboxLimit: number }) {
    this.#redis = redis;
    this.#keys = keys;
    this.#outboxLimit = options.outboxLimit;
  }

  async load(partition: number, accountIds: readonly string[]): Promise<LoadedPartition> {
    const keys = this.#keys.partition(partition);
    const pipeline = this.#redis.pipeline();
    pipeline.mget(keys.home, keys.seq, keys.published, keys.floor);
    pipeline.hgetall(keys.input);
    if (accountIds.length > 0) {
      pipeline.hmget(keys.versions, ...accountIds);
      pipeline.mgetBuffer(...accountIds.map((id) => keys.account(id)));
    }
    const replies = await asTransient(() => pipeline.exec());
    const [scalars, input, versions, records] = (replies ?? []).map(([error, reply]) => {
      if (error !== null) throw new TransientFault('store_unreachable', `Redis: ${error.message}`, { cause: error });
      return reply;
    });
    const [home, seq, published, floor] = scalars as (string | null)[];
    return {
      home: home ?? null,
      input: new Map(Object.entries(input as Record<string, string>).map(([topic, offset]) => [topic, Number(offset)])),
      seq: Number(seq ?? 0),
      published: Number(published?.split(':')[1] ?? 0),
      floorMs: floor === null || floor === undefined ? null : Number(floor),
      accounts: accountIds.map((_, i) => ({
        version: numberOrNull(versionAt(versions, i)),
        record: (records as (Buffer | null)[])[i] ?? null,
      })),
    };
  }

  async loadOverflow(
    partition: number,
    asked: readonly { accountId: string; bucket: number }[],
  ): Promise<readonly (Uint8Array | null)[]> {
    return readOverflow(this.#redis, this.#keys, partition, asked);
  }

  async commit(request: CommitRequest): Promise<CommitResult> {
    const { keys, argv } = commitArguments(request, this.#keys, this.#outboxLimit);
    const reply = await this.#commit.run(this.#redis, keys, argv);
    const status = text(reply[0]);
    if (status === 'COMMITTED') return { status: 'committed', lastSeq: Number(text(reply[1])) };
    const refusal = STATUSES[status as keyof typeof STATUSES];
    if (refusal === undefined) throw new Error(`Unknown reply of the commit script: ${status}`);
    return refusal;
  }

  async reportDamage(partition: number, home: string, accountIds: readonly string[]): Promise<void> {
    const keys = this.#keys.partition(partition);
    await this.#reportDamage.run(this.#redis, [keys.home, keys.damaged], [home, ...accountIds]);
  }

  async published(partition: number): Promise<{ home: string | null; epoch: number; seq: number }> {
    const keys = this.#keys.partition(partition);
    const [home, published] = await asTransient(() => this.#redis.mget(keys.home, keys.published));
    const [epoch, seq] = (published ?? '0:0').split(':').map(Number) as [number, number];
    return { home: home ?? null, epoch, seq };
  }

  async replicated(timeoutMs: number): Promise<boolean> {
    return (await asTransient(() => this.#redis.wait(1, timeoutMs))) >= 1;
  }
}

function versionAt(versions: unknown, index: number): Reply {
  const version = (versions as (string | null)[])[index];
  return version === null || version === undefined ? null : Buffer.from(version);
}

/** Overflow records in the order asked, null where there is none. */
export async function readOverflow(
  redis: Redis,
  keys: StoreKeys,
  partition: number,
  asked: readonly { accountId: string; bucket: number }[],
): Promise<readonly (Uint8Array | null)[]> {
  if (asked.length === 0) return [];
  const names = asked.map(({ accountId, bucket }) => keys.partition(partition).overflow(accountId, bucket));
  return asTransient(() => redis.mgetBuffer(...names));
}

function commitArguments(
  request: CommitRequest,
  storeKeys: StoreKeys,
  outboxLimit: number,
): { keys: string[]; argv: ScriptArgument[] } {
  const { partition, input, events } = request;
  const names = storeKeys.partition(partition);
  const keys = [names.home, names.seq, names.input, names.outbox, names.published, names.versions];
  const values: ScriptArgument[] = [];
  const written = request.accounts.filter((account) => account.record !== null);
  const onlyRead = request.accounts.filter((account) => account.record === null);
  for (const { accountId, record, overflow } of written) {
    keys.push(names.account(accountId));
    values.push(bytesOf(record as Uint8Array));
    for (const [bucket, bytes] of overflow) {
      keys.push(names.overflow(accountId, bucket));
      values.push(bytesOf(bytes));
    }
  }
  const argv: ScriptArgument[] = [
    request.home,
    input?.topic ?? '',
    String(input?.from ?? 0),
    String(input?.to ?? 0),
    input?.loaded === null || input?.loaded === undefined ? '' : String(input.loaded),
    String(outboxLimit),
    String(events.length),
    events.length === 0 ? '' : encodeEvents(events),
    storeKeys.wakeUpChannel,
    String(partition),
    String(request.accounts.length),
    String(written.length),
  ];
  for (const { accountId, version } of [...written, ...onlyRead])
    argv.push(accountId, version === null ? '' : String(version));
  argv.push(...values);
  return { keys, argv };
}

/** The same bytes as a Buffer, without a copy. */
export function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
