import { hash } from 'node:crypto';
import type { Identity, Label } from '#libs/core';
import { formatWireTime } from './wire-time.ts';

/** Namespace of decision ids (a random UUID, chosen once). Part of the contract: whoever knows an identity can compute its decision's id. */
export const DECISION_NAMESPACE = '1c9ad927-ad19-49e8-b580-372bcfe1be93';

const NAMESPACE_BYTES = 16;
const LONGEST_QUICK_NAME = 300;
/** The namespace, and room for the UTF-8 of a name that is not longer: hashed at once, so that an id costs one call. */
const scratch = Buffer.alloc(NAMESPACE_BYTES + 3 * LONGEST_QUICK_NAME);
scratch.write(DECISION_NAMESPACE.replaceAll('-', ''), 'hex');

/**
 * UUIDv5 (RFC 9562, section 5.5) of `account_id/transaction_id/event_type` under `DECISION_NAMESPACE`. No id contains a `/`, so different
 * identities have different names.
 */
export function decisionId(identity: Identity): string {
  return uuidV5(`${identity.accountId}/${identity.transactionId}/${identity.eventType}`);
}

/** UUIDv5 of a label: of its identity, which is all of it. */
export function labelId({ accountId, transactionId, eventType, label, source, reportedAtMs }: Label): string {
  return uuidV5(`${accountId}/${transactionId}/${eventType}/${label}/${source}/${formatWireTime(reportedAtMs)}`);
}

/** UUIDv5 of a name under `DECISION_NAMESPACE`. */
export function uuidV5(name: string): string {
  const hex = hash('sha1', bytesToHash(name), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function bytesToHash(name: string): Uint8Array {
  if (name.length > LONGEST_QUICK_NAME) return Buffer.concat([scratch.subarray(0, NAMESPACE_BYTES), Buffer.from(name)]);
  return scratch.subarray(0, NAMESPACE_BYTES + scratch.write(name, NAMESPACE_BYTES));
}
