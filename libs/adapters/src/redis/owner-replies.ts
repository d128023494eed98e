import type { Fenced, OutboxEntry } from '#libs/core';
import { decodeEvents } from './outbox-codec.ts';
import { text, type Reply } from './script.ts';

/** An entry of the outbox stream. */
export function outboxEntry([id, fields]: [id: Buffer, fields: Buffer[]]): OutboxEntry {
  return { lastSeq: Number(id.toString('latin1').split('-')[0]), events: decodeEvents(fields[3] as Buffer) };
}

/** What a home-checked script says: `ok`, or that the caller does not hold the partition. */
export function fencedOr<T>(reply: readonly Reply[], ok: T): T | Fenced {
  const status = text(reply[0]);
  if (status === 'OK') return ok;
  if (status === 'FENCED') return { status: 'fenced', home: text(reply[1]) || null, sameServer: reply[2] === 1 };
  throw new Error(`Unknown reply of a store script: ${status}`);
}
