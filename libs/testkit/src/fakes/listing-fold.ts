import { crc32 } from 'node:zlib';
import {
  CorruptRecord,
  ENTITY_KINDS,
  type EntityChange,
  type EntityFold,
  type EntityKind,
  entityName,
  type TouchedEntity,
} from '#libs/core';

/** An entity that remembers every change it has learnt, so that a test sees what was folded twice, never, or in another order. */
export interface ListedEntity {
  readonly kind: EntityKind;
  /** Sorted: sources come in any order. */
  readonly changes: readonly string[];
  /** Time of the last change of each account, whose changes come in the order of its own log. */
  readonly lastMs: Readonly<Record<string, number>>;
  readonly disorder: number;
}

const CHECKSUM_DIGITS = 8;

/** The simplest fold that can tell whether the updater is right. A record is a checksum of 8 bytes and JSON. */
export class ListingFold implements EntityFold<ListedEntity> {
  touchedBy(change: EntityChange): readonly TouchedEntity[] {
    const { entities } = change.type === 'transaction' ? change : change.effect;
    const subjects = ENTITY_KINDS.flatMap((kind): TouchedEntity[] => {
      const key = entities[kind];
      return key === null ? [] : [{ kind, key, role: 'subject' }];
    });
    if (entities.beneficiary === null || change.type !== 'transaction') return subjects;
    return [...subjects, { kind: 'beneficiary', key: change.account, role: 'payer' }];
  }

  empty(kind: EntityKind): ListedEntity {
    return { kind, changes: [], lastMs: {}, disorder: 0 };
  }

  reduce(state: ListedEntity, change: EntityChange, touch: TouchedEntity): ListedEntity {
    const account = entityName({ kind: 'card', key: change.account });
    const timeMs = change.type === 'transaction' ? change.eventTimeMs : change.timeMs;
    const text = `${change.type} ${touch.role} ${entityName({ kind: 'card', key: change.identity })}`;
    return {
      kind: state.kind,
      changes: [...state.changes, text].toSorted(),
      lastMs: { ...state.lastMs, [account]: timeMs },
      disorder: state.disorder + Number(timeMs < (state.lastMs[account] ?? 0)),
    };
  }

  decode(kind: EntityKind, record: Uint8Array): ListedEntity {
    const text = new TextDecoder().decode(record.subarray(CHECKSUM_DIGITS));
    if (new TextDecoder().decode(record.subarray(0, CHECKSUM_DIGITS)) !== checksum(text)) {
      throw new CorruptRecord(`the checksum of a ${kind} is wrong`);
    }
    return JSON.parse(text) as ListedEntity;
  }

  encode(state: ListedEntity): Uint8Array {
    const lastMs = Object.fromEntries(Object.entries(state.lastMs).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const text = JSON.stringify({ ...state, lastMs });
    return new TextEncoder().encode(checksum(text) + text);
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_DIGITS, '0');
}
