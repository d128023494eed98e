import { type EncodedEvent, InvalidMessage, type TransactionRejected } from '#libs/core';
import { uuidV5 } from '../decision-id.ts';
import { RejectionDto, SCHEMA_VERSION } from '../dto/event-dto.ts';
import { formatWireTime, parseWireTime } from '../wire-time.ts';
import { cloudEvent, inputPosition, inputText } from './event-parts.ts';
import { valueReader } from './log-value.ts';
import { bounded, originalFromWire, originalToWire } from './original-record.ts';

const read = valueReader(RejectionDto);

export function encodeRejection(event: TransactionRejected, source: string): EncodedEvent {
  const { topic, partition, offset } = event.original;
  const rejectedAt = formatWireTime(event.rejectedAtMs);
  const value: RejectionDto = {
    schema: SCHEMA_VERSION,
    reason: event.reason,
    field: event.field,
    detail: event.detail,
    rejected_at: rejectedAt,
    original: originalToWire(event.original),
    input: inputText(event.input),
  };
  return {
    key: bounded(event.original).key,
    value: Buffer.from(JSON.stringify(value)),
    headers: cloudEvent(event, { id: uuidV5(`${topic}/${partition}/${offset}`), time: rejectedAt, source }),
  };
}

export function decodeRejection(bytes: Uint8Array): TransactionRejected {
  const wire = read(bytes);
  const original = originalFromWire(wire.original);
  if (original === undefined) throw new InvalidMessage('not_an_event', 'The original is not base64.', 'original');
  const { reason, field, detail } = wire;
  return {
    type: 'transaction.rejected',
    reason,
    field,
    detail,
    original,
    input: inputPosition(wire.input),
    rejectedAtMs: parseWireTime(wire.rejected_at),
  };
}
