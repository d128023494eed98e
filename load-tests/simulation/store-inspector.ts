import type { StoredState } from '#libs/core';
import type { AuditSources } from '../../apps/ops/src/audit/audit-sources.ts';
import type { SimulatedRedis } from './simulated-redis.ts';

type Inspector = AuditSources['store'];

/** The simulated store as an audit looks at it. */
export class StoreInspector implements Inspector {
  readonly #redis: SimulatedRedis;

  constructor(redis: SimulatedRedis) {
    this.#redis = redis;
  }

  async position(partition: number): ReturnType<Inspector['position']> {
    const held = this.#partition(partition);
    return {
      home: held?.home ?? null,
      seq: held?.seq ?? 0,
      epoch: held?.epoch === undefined || held.epoch === null ? null : String(held.epoch),
      published: held?.published ?? null,
      claimedOffset: null,
      input: new Map(held?.input),
      deadLetterSeq: held?.deadLetterSeq ?? 0,
      floorMs: held?.floorMs ?? null,
      outboxEntries: held?.outbox.length ?? 0,
    };
  }

  async *accountIds(partition: number): AsyncGenerator<readonly string[], void, undefined> {
    yield [...(this.#partition(partition)?.versions.keys() ?? [])];
  }

  async accounts(partition: number, accountIds: readonly string[]): ReturnType<Inspector['accounts']> {
    const held = this.#partition(partition);
    return accountIds.map((accountId) => ({
      version: held?.versions.get(accountId) ?? null,
      record: held?.accounts.get(accountId) ?? null,
    }));
  }

  async accountWithOverflow(partition: number, accountId: string): Promise<StoredState> {
    const held = this.#partition(partition);
    const overflow = [...(held?.overflow ?? [])].flatMap(([name, bytes]): [number, Uint8Array][] => {
      const at = name.lastIndexOf(':');
      return name.slice(0, at) === accountId ? [[Number(name.slice(at + 1)), bytes]] : [];
    });
    const [stored] = await this.accounts(partition, [accountId]);
    return { version: stored?.version ?? null, record: stored?.record ?? null, overflow: new Map(overflow) };
  }

  async appliedClaims(partition: number, sources: number): Promise<readonly (string | null)[]> {
    const applied = this.#redis.entities.snapshot().get(partition)?.applied;
    return Array.from({ length: sources }, (_, source) => applied?.get(source) ?? null);
  }

  async entities(partition: number, sources: number): ReturnType<Inspector['entities']> {
    const records = this.#redis.entities.snapshot().get(partition)?.records ?? new Map<string, Uint8Array>();
    return { claims: await this.appliedClaims(partition, sources), records };
  }

  #partition(partition: number) {
    return this.#redis.store.snapshot().get(partition);
  }
}
