import { entityName, entityPartition } from '../entities/entity-ref.ts';
import type { LogEvent } from '../event.ts';
import { parseClaim, type Claim } from '../log/claim.ts';
import type { Hasher } from '../siphash.ts';
import { entityChangesOf } from '../updater/entity-changes.ts';
import { ENTITY_FOLD } from '../updater/entity-fold.ts';
import type { ValidMark } from './history-facts.ts';
import type { Violation } from './violation.ts';

/** The entities of one partition as the store has them, read while no claim moved. */
export interface StoredEntities {
  /** By source partition: up to where its events are applied here, as the store says it; null where nothing is. */
  readonly claims: readonly (string | null)[];
  /** By name (`entityName`). */
  readonly records: ReadonlyMap<string, Uint8Array>;
}

/**
 * The records that the log's events make, each target partition's as far as its claims go. Give it every valid event of every source, those of a source in
 * order. It holds records and not states, so that it grows by what the store itself keeps of an entity.
 */
export class ClaimedEntities {
  readonly #hasher: Hasher;
  /** By target, then by source; null for a target that is not compared. */
  readonly #claims: readonly (readonly (Claim | null)[] | null)[];
  readonly #records: readonly Map<string, Uint8Array>[];

  constructor(stored: readonly (StoredEntities | null)[], hasher: Hasher) {
    this.#hasher = hasher;
    this.#claims = stored.map((one) => one && one.claims.map(parseClaim));
    this.#records = stored.map(() => new Map());
  }

  /** An event of partition `partition` of the log. */
  learn(event: LogEvent, { partition, seq }: { readonly partition: number; readonly seq: number }): void {
    for (const change of entityChangesOf(event, this.#hasher)) {
      for (const touched of ENTITY_FOLD.touchedBy(change)) {
        const target = entityPartition(touched, this.#claims.length);
        if (seq > (this.#claims[target]?.[partition]?.seq ?? 0)) continue;
        const records = this.#records[target] as Map<string, Uint8Array>;
        const name = entityName(touched);
        const { kind } = touched;
        const record = records.get(name);
        const state = record === undefined ? ENTITY_FOLD.empty(kind) : ENTITY_FOLD.decode(kind, record);
        records.set(name, ENTITY_FOLD.encode(ENTITY_FOLD.reduce(state, change, touched)));
      }
    }
  }

  /** What a target must have, by name. */
  recordsOf(target: number): ReadonlyMap<string, Uint8Array> {
    return this.#records[target] ?? new Map();
  }
}

/** I10: what the store has of each entity of a partition is what the events up to the partition's claims make, byte for byte. */
export function entityViolations(
  partition: number,
  made: ReadonlyMap<string, Uint8Array>,
  stored: ReadonlyMap<string, Uint8Array>,
): Violation[] {
  return [...new Set([...made.keys(), ...stored.keys()])].flatMap((entity): Violation[] => {
    const say = (code: string, detail: string): Violation[] => [{ invariant: 'I10', code, partition, entity, detail }];
    const expected = made.get(entity);
    const kept = stored.get(entity);
    if (kept === undefined) return say('entity_missing', 'The store has no record of an entity with events');
    if (expected === undefined) return say('entity_without_events', 'The store has a record that no valid event made');
    const at = kept.findIndex((byte, i) => byte !== expected[i]);
    if (at === -1 && kept.length === expected.length) return [];
    const place = `byte ${at === -1 ? kept.length : at} of ${kept.length} (${expected.length} expected)`;
    return say('entity_differs', `The stored record differs from that of its events at ${place}`);
  });
}

/**
 * I10 for one source partition of the log: what each target claims to have of it is a place in it. And I9, at rest: that place is its end. `claims` are by
 * target, undefined where they are not known.
 */
export function claimViolations(
  { partition, marks }: { readonly partition: number; readonly marks: readonly ValidMark[] },
  claims: readonly (string | null | undefined)[],
  { atRest }: { readonly atRest: boolean },
): Violation[] {
  const byOffset = new Map(marks.map((mark) => [mark.offset, mark]));
  const endSeq = marks.at(-1)?.seq ?? 0;
  return claims.flatMap((text, target): Violation[] => {
    if (text === undefined) return [];
    const claim = parseClaim(text);
    const mark = claim === null ? undefined : byOffset.get(claim.offset - 1);
    const isPlace = mark !== undefined && mark.epoch === claim?.epoch && mark.seq === claim.seq;
    if (text !== null && !isPlace) {
      const detail = `Partition ${partition} of the log is applied up to "${text}", which it does not bear out`;
      return [{ invariant: 'I10', code: 'claim_not_in_log', partition: target, detail }];
    }
    const behind = endSeq - (claim?.seq ?? 0);
    if (!atRest || behind === 0) return [];
    const detail = `Entities lack the last ${behind} events of partition ${partition} of the log`;
    return [{ invariant: 'I9', code: 'entities_behind', partition: target, detail }];
  });
}
