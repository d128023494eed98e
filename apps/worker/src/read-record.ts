import { MAX_INPUT_RECORD_BYTES, rejectionOf, type TransactionParser } from '#libs/contracts';
import { type InputItem, partitionOf } from '#libs/core';

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

/** What a record is to this partition: something to decide or reject, or one that belongs to partition `to`. */
export interface ReadRecord {
  readonly item: InputItem;
  readonly forwardTo: number | null;
}

/**
 * Reads one record. What cannot be decoded or is not valid becomes an item that the log will reject, with the original bytes. The partition is always
 * computed from the account in the value: a record that a producer with another partitioner put here is to be forwarded, once.
 */
export function readRecord(
  record: InputRecord,
  place: { readonly topic: string; readonly partition: number; readonly partitions: number },
  parser: TransactionParser,
): ReadRecord {
  const { topic, partition, partitions } = place;
  const original = { topic, partition, offset: record.offset, key: record.key, value: record.value };
  const parsed = parser.parse(record.value ?? new Uint8Array(0));
  if (!parsed.ok) return { item: { kind: 'invalid', ...rejectionOf(parsed), original }, forwardTo: null };
  const { transaction } = parsed;
  const owner = partitionOf(transaction.accountId, partitions);
  if (owner === partition) return { item: { kind: 'transaction', transaction, original }, forwardTo: null };
  const isForwarded = record.headers[FORWARDED_HEADER] !== undefined;
  if (!isForwarded && bytesOf(record) <= MAX_FORWARD_BYTES) {
    return { item: { kind: 'forwarded', original }, forwardTo: owner };
  }
  const why = isForwarded ? 'was forwarded once already' : 'is too large to be forwarded';
  const detail = `The account belongs to partition ${owner}, and the record ${why}`;
  return {
    item: { kind: 'invalid', reason: 'wrong_partition', field: 'account_id', detail, original },
    forwardTo: null,
  };
}

function bytesOf({ key, value, headers }: InputRecord): number {
  const headerBytes = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + 3 * text.length + 8, 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
}
