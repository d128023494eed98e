import type { NewLogRecord, TransactionRejected } from '#libs/core';

/**
 * The dead letter of a rejection: the original key and bytes, never re-serialised, with reason and origin in the headers. Two copies of one
 * rejection (after a crash) have the same origin.
 */
export function deadLetter(event: TransactionRejected): NewLogRecord {
  const { topic, partition, offset, key, value } = event.original;
  return {
    key,
    value,
    headers: {
      'dlq.reason': event.reason,
      ...(event.field === null ? {} : { 'dlq.field': event.field }),
      'dlq.topic': topic,
      'dlq.partition': String(partition),
      'dlq.offset': String(offset),
    },
  };
}
