import {
  assert,
  entityName,
  entityPartition,
  type EntityRef,
  type EntityStore,
  type EntityUpdate,
  type EntityUpdateResult,
  TransientFault,
} from '#libs/core';

/** What one partition keeps of entities: records by name, positions by source. */
interface HeldEntities {
  readonly records: Map<string, Uint8Array>;
  readonly applied: Map<number, string>;
}

/** Where the store stood, to go back to. */
export type EntitySnapshot = ReadonlyMap<number, HeldEntities>;

/** Entity records in memory, as the scripts on Redis keep them (one contract suite for both). A call takes effect in the microtask after it. */
export class InMemoryEntityStore implements EntityStore {
  readonly #partitions: number;
  #held = new Map<number, HeldEntities>();
  /** Every call fails while it is true. */
  away = false;

  constructor({ partitions }: { readonly partitions: number }) {
    this.#partitions = partitions;
  }

  /** All that it holds. */
  snapshot(): EntitySnapshot {
    return copyOf(this.#held);
  }

  /** Puts what was there at `snapshot` in the place of what is there; nothing without one. */
  restore(snapshot: EntitySnapshot = new Map()): void {
    this.#held = copyOf(snapshot);
  }

  async load(asked: readonly EntityRef[]): Promise<readonly (Uint8Array | null)[]> {
    await this.#reached();
    return asked.map((entity) => this.#recordOf(entity)?.slice() ?? null);
  }

  async positions(targets: readonly number[], sources: readonly number[]): Promise<readonly (string | null)[][]> {
    await this.#reached();
    return targets.map((target) => sources.map((source) => this.#of(target).applied.get(source) ?? null));
  }

  async apply({ target, sources, records }: EntityUpdate): Promise<EntityUpdateResult> {
    await this.#reached();
    const held = this.#of(target);
    const found = new Map<number, string | null>();
    for (const { source, expected } of sources) {
      const position = held.applied.get(source) ?? null;
      if (position !== expected) found.set(source, position);
    }
    if (found.size > 0) return { status: 'moved', found };
    const changed = records.filter((write) => !sameBytes(this.#recordOf(write), write.loaded));
    if (changed.length > 0) return { status: 'changed', changed };
    for (const { source, next } of sources) if (next !== null) held.applied.set(source, next);
    for (const write of records) {
      assert(entityPartition(write, this.#partitions) === target, `${entityName(write)} does not belong to ${target}`);
      held.records.set(entityName(write), write.record.slice());
    }
    return { status: 'applied' };
  }

  #recordOf(entity: EntityRef): Uint8Array | undefined {
    return this.#held.get(entityPartition(entity, this.#partitions))?.records.get(entityName(entity));
  }

  #of(partition: number): HeldEntities {
    const held = this.#held.get(partition) ?? { records: new Map<string, Uint8Array>(), applied: new Map() };
    this.#held.set(partition, held);
    return held;
  }

  async #reached(): Promise<void> {
    await Promise.resolve();
    if (this.away) throw new TransientFault('store_unreachable', 'The store in memory is away');
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | null): boolean {
  if (a === undefined || b === null) return a === undefined && b === null;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The same in other maps; bytes are never changed in place, so they are not copied. */
function copyOf(held: EntitySnapshot): Map<number, HeldEntities> {
  return new Map(
    [...held].map(([partition, { records, applied }]) => [
      partition,
      { records: new Map(records), applied: new Map(applied) },
    ]),
  );
}
