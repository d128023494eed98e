import {
  type Amendment,
  type AmendmentEffect,
  type AppliedAmendment,
  ENTITY_KINDS,
  type EntityKeys,
  type EntityMarks,
  type ExpiredAmendment,
  hashText,
} from '#libs/core';
import type {
  AmendmentDto,
  AmendmentEffectDto,
  AppliedAmendmentDto,
  EntityKeysDto,
  EntityMarksDto,
  ExpiredAmendmentDto,
} from '../dto/amendment-dto.ts';
import { formatWireTime, parseWireTime } from '../wire-time.ts';
import { hashOfHex } from './hex64.ts';

/** What an event carries of amendments; absent where there are none. */
export interface AmendmentsDto {
  readonly amended?: readonly AppliedAmendmentDto[];
  readonly expired?: readonly ExpiredAmendmentDto[];
}

/** The members `amended` and `expired` of an event, where they say something. */
export function amendmentsToWire({
  amended = [],
  expired = [],
}: {
  readonly amended?: readonly AppliedAmendment[];
  readonly expired?: readonly ExpiredAmendment[];
}): AmendmentsDto {
  return {
    ...(amended.length === 0
      ? {}
      : { amended: amended.map(({ amendment, effect }) => ({ ...toWire(amendment), effect: effectToWire(effect) })) }),
    ...(expired.length === 0 ? {} : { expired: expired.map((one) => ({ ...toWire(one), seq: one.seq })) }),
  };
}

export function amendedFromWire({ amended = [] }: AmendmentsDto): AppliedAmendment[] {
  return amended.map((wire) => ({ amendment: fromWire(wire), effect: effectFromWire(wire.effect) }));
}

export function expiredFromWire({ expired = [] }: AmendmentsDto): ExpiredAmendment[] {
  return expired.map((wire) => ({ ...fromWire(wire), seq: wire.seq }));
}

export function effectToWire(effect: AmendmentEffect): AmendmentEffectDto {
  const { eventTimeMs, amountMinor, currency, removedMinor, entities, labelBefore, labelAfter } = effect;
  return {
    occurred_at: formatWireTime(eventTimeMs),
    amount_minor: amountMinor,
    currency,
    removed_minor: removedMinor,
    entities: keysToWire(entities),
    label_before: labelBefore,
    label_after: labelAfter,
  };
}

export function effectFromWire(wire: AmendmentEffectDto): AmendmentEffect {
  return {
    eventTimeMs: parseWireTime(wire.occurred_at),
    amountMinor: wire.amount_minor,
    currency: wire.currency,
    removedMinor: wire.removed_minor,
    entities: keysFromWire(wire.entities),
    labelBefore: wire.label_before,
    labelAfter: wire.label_after,
  };
}

/** JSON text of the marks of the kinds that were read, '' for none. Hot path. */
export function marksText(marks: EntityMarks): string {
  let members = '';
  for (const kind of ENTITY_KINDS) {
    const read = marks[kind];
    if (read !== null) members += `,"${kind}":[${read.folded},${read.mark}]`;
  }
  return members === '' ? '' : `{${members.slice(1)}}`;
}

export function marksFromWire(wire: EntityMarksDto): EntityMarks {
  const mark = (pair: readonly number[] | undefined) => {
    return pair === undefined ? null : { folded: pair[0] as number, mark: pair[1] as number };
  };
  return {
    card: mark(wire.card),
    terminal: mark(wire.terminal),
    device: mark(wire.device),
    ip: mark(wire.ip),
    beneficiary: mark(wire.beneficiary),
  };
}

function toWire({ kind, identity, content, timeMs, target, amountMinor }: Amendment) {
  return {
    kind,
    identity: hashText(identity),
    content,
    at: formatWireTime(timeMs),
    target: hashText(target),
    ...(amountMinor === Infinity ? {} : { amount_minor: amountMinor }),
  } satisfies AmendmentDto;
}

function fromWire(wire: AmendmentDto): Amendment {
  return {
    kind: wire.kind,
    identity: hashOfHex(wire.identity),
    content: wire.content,
    timeMs: parseWireTime(wire.at),
    target: hashOfHex(wire.target),
    amountMinor: wire.amount_minor ?? Infinity,
  };
}

function keysToWire(keys: EntityKeys): EntityKeysDto {
  return Object.fromEntries(
    ENTITY_KINDS.flatMap((kind) => {
      const key = keys[kind];
      return key === null ? [] : [[kind, hashText(key)]];
    }),
  );
}

function keysFromWire(wire: EntityKeysDto): EntityKeys {
  const key = (text: string | undefined) => (text === undefined ? null : hashOfHex(text));
  return {
    card: key(wire.card),
    terminal: key(wire.terminal),
    device: key(wire.device),
    ip: key(wire.ip),
    beneficiary: key(wire.beneficiary),
  };
}
