import { type Hash64, hashText } from '../hash64.ts';
import type { EntityKind } from './entity-kind.ts';

/** One entity: what it is, and the keyed hash of its id. */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly key: Hash64;
}

/** The partition that keeps an entity's record, of `partitions`. The hash is keyed and uniform, so its high half spreads them evenly. */
export function entityPartition({ key }: Pick<EntityRef, 'key'>, partitions: number): number {
  return key.high % partitions;
}

/** `<kind>:<16 hexadecimal digits>`: the name of an entity's record in its partition, and an entity's identity as a text. */
export function entityName({ kind, key }: EntityRef): string {
  return `${kind}:${hashText(key)}`;
}
