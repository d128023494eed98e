import {
  type LabelParser,
  MAX_INPUT_RECORD_BYTES,
  OBSERVE_HEADER,
  rejectionOf,
  type TransactionParser,
} from '#libs/contracts';
import { type InputItem, type OriginalRecord, partitionOf } from '#libs/core';

/** Header of a record that was sent on once; it is never sent on again. */
export const FORWARDED_HEADER = 'holdfast-forwarded';

/** Above it a record may not fit into the topic once it carries that header too. */
const MAX_FORWARD_BYTES = MAX_INPUT_RECORD_BYTES - 1_024;

/** A record of an input topic, as the consumer gives it. */
export interface InputRecord {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a record is to this partition: something to decide, take in or reject, or one that belongs to partition `to`. */
export interface ReadRecord {
  readonly item: InputItem;
  readonly forwardTo: number | null;
  /** Fields that a newer producer has added. */
  readonly unknownFields: number;
}

/** What a record of one input topic says: something about an account, or nothing that can be read. */
export type ReadValue = (record: InputRecord) =>
  | {
      readonly ok: true;
      readonly accountId: string;
      /** What to make of it, told where it comes from. */
      readonly item: (original: OriginalRecord) => InputItem;
      readonly unknownFields: number;
    }
  | ({ readonly ok: false } & Parameters<typeof rejectionOf>[0]);

/** Reads the topic of transactions. A producer that is newer than this program must not stop it: fields that it does not know are ignored. */
export function transactionReader(parser: TransactionParser): ReadValue {
  return ({ value, headers }) => {
    const parsed = parser.parse(value);
    if (!parsed.ok) return parsed;
    const { transaction, unknownFields } = parsed;
    const observed = headers[OBSERVE_HEADER] === undefined ? {} : { observeOnly: true };
    const item = (original: OriginalRecord): InputItem => ({ kind: 'transaction', transaction, original, ...observed });
    return { ok: true, accountId: transaction.accountId, item, unknownFields };
  };
}

/** Reads the topic of labels. */
export function labelReader(parser: LabelParser): ReadValue {
  return ({ value }) => {
    const parsed = parser.parse(value);
    if (!parsed.ok) return parsed;
    const { label, unknownFields } = parsed;
    const item = (original: OriginalRecord): InputItem => ({ kind: 'label', label, original });
    return { ok: true, accountId: label.accountId, item, unknownFields };
  };
}

/**
 * Reads one record. What cannot be decoded or is not valid becomes an item that the log will reject, with the original bytes. The partition is always
 * computed from the account in the value: a record that a producer with another partitioner put here is to be forwarded, once.
 */
export function readRecord(
  record: InputRecord,
  place: { readonly topic: string; readonly partition: number; readonly partitions: number },
  readValue: ReadValue,
): ReadRecord {
  const { topic, partition, partitions } = place;
  const original = { topic, partition, offset: record.offset, key: record.key, value: record.value };
  const read = readValue(record);
  const here = { forwardTo: null, unknownFields: 0 };
  if (!read.ok) return { item: { kind: 'invalid', ...rejectionOf(read), original }, ...here };
  const owner = partitionOf(read.accountId, partitions);
  if (owner === partition) return { item: read.item(original), ...here, unknownFields: read.unknownFields };
  const isForwarded = record.headers[FORWARDED_HEADER] !== undefined;
  if (!isForwarded && bytesOf(record) <= MAX_FORWARD_BYTES) {
    return { item: { kind: 'forwarded', original }, ...here, forwardTo: owner };
  }
  const why = isForwarded ? 'was forwarded once already' : 'is too large to be forwarded';
  const detail = `The account belongs to partition ${owner}, and the record ${why}`;
  return { item: { kind: 'invalid', reason: 'wrong_partition', field: 'account_id', detail, original }, ...here };
}

function bytesOf({ key, value, headers }: InputRecord): number {
  const headerBytes = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + 3 * text.length + 8, 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
}
