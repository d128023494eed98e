import type { EntityKind, EntityRef, EntityStore, EntityUpdate, EntityWrite } from '#libs/core';

/** Partitions that the store under test is to have. */
export const CONTRACT_TARGETS = 4;

/** An entity store to be tried out. */
export interface EntityStoreUnderTest {
  readonly store: EntityStore;
  /** Where it stands now, to be gone back to. */
  snapshot(): Promise<unknown>;
  /** Puts what was there at `snapshot` in the place of what is there; nothing when undefined. */
  restore(snapshot?: unknown): Promise<void>;
  close(): Promise<void>;
}

/** An entity of a partition of its own choice. */
export function entity(kind: EntityKind, partition: number, low: number): EntityRef {
  return { kind, key: { high: 0xffff_fff0 + partition, low } };
}

/** A record as the envelope makes it: whatever differs does so in the first 8 bytes too. */
export function record(text: string, length = 40): Uint8Array {
  const bytes = new Uint8Array(length).fill(9);
  bytes.set(new TextEncoder().encode(text.padEnd(8)));
  return bytes;
}

export function write(target: EntityRef, loaded: Uint8Array | null, next: Uint8Array): EntityWrite {
  return { ...target, loaded, record: next };
}

/** An update of target 1 from source 0. */
export function updateOf(more: Partial<EntityUpdate>): EntityUpdate {
  return { target: 1, sources: [{ source: 0, expected: null, next: '1:1:1:0' }], records: [], ...more };
}

export const T1 = entity('terminal', 1, 1);
export const C1 = entity('card', 1, 1);
export const T2 = entity('terminal', 2, 1);

/** What the tests of the contract work on. */
export interface EntityStoreSubject {
  readonly store: () => EntityStore;
  readonly made: () => EntityStoreUnderTest;
  readonly texts: (...asked: EntityRef[]) => Promise<(string | null)[]>;
  /** All that the port shows. */
  readonly everything: () => Promise<unknown>;
}

export function subjectOver(made: () => EntityStoreUnderTest): EntityStoreSubject {
  const store = (): EntityStore => made().store;
  const texts = async (...asked: EntityRef[]): Promise<(string | null)[]> =>
    (await store().load(asked)).map((bytes) => bytes && new TextDecoder().decode(bytes.subarray(0, 8)).trim());
  const everything = async (): Promise<unknown> => [
    await store().positions([0, 1, 2, 3], [0, 1, 2]),
    await texts(T1, C1, T2),
  ];
  return { store, made, texts, everything };
}
