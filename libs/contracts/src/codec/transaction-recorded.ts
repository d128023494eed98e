import type { EncodedEvent, TransactionRecorded } from '#libs/core';
import { decisionId } from '../decision-id.ts';
import { SCHEMA_VERSION } from '../dto/event-dto.ts';
import { TransactionRecordedDto } from '../dto/recorded-dto.ts';
import { toTransaction } from '../transaction/transaction-parser.ts';
import { formatWireTime, parseWireTime } from '../wire-time.ts';
import { amendedFromWire, amendmentsToWire, effectFromWire, effectToWire, expiredFromWire } from './amendments.ts';
import { cloudEvent, provenanceOf, provenanceText } from './event-parts.ts';
import { valueReader } from './log-value.ts';

const read = valueReader(TransactionRecordedDto);

export function encodeTransactionRecorded(event: TransactionRecorded, source: string): EncodedEvent {
  const { transaction, cause, effect, input, reducer } = event;
  const recordedAt = formatWireTime(event.recordedAtMs);
  const members: Omit<TransactionRecordedDto, 'transaction' | 'input' | 'reducer'> = {
    schema: SCHEMA_VERSION,
    account_id: transaction.accountId,
    transaction_id: transaction.transactionId,
    event_type: transaction.eventType,
    cause,
    ...(cause === 'observed' ? {} : { matched: effect !== null }),
    recorded_at: recordedAt,
    ...(effect === null ? {} : { effect: effectToWire(effect) }),
    ...amendmentsToWire(event),
  };
  const text = JSON.stringify(members).slice(0, -1);
  return {
    key: Buffer.from(transaction.accountId, 'latin1'),
    value: Buffer.from(`${text},"transaction":${transaction.canonicalJson}${provenanceText(input, reducer)}}`),
    headers: cloudEvent(event, { id: decisionId(transaction), time: recordedAt, source }),
  };
}

export function decodeTransactionRecorded(bytes: Uint8Array): TransactionRecorded {
  const wire = read(bytes);
  return {
    type: 'transaction.recorded',
    transaction: toTransaction(wire.transaction, JSON.stringify(wire.transaction)),
    cause: wire.cause,
    effect: wire.effect === undefined ? null : effectFromWire(wire.effect),
    amended: amendedFromWire(wire),
    expired: expiredFromWire(wire),
    ...provenanceOf(wire),
    recordedAtMs: parseWireTime(wire.recorded_at),
  };
}
