import {
  type DecisionMade,
  type EncodedEvent,
  type EventCodec,
  type InputPosition,
  InvalidMessage,
  type LogEvent,
  type ReducerParameters,
  type TransactionRejected,
  TransientFault,
} from '#libs/core';
import { decisionId, uuidV5 } from '../decision-id.ts';
import { DecisionMadeDto, RejectionDto, SCHEMA_VERSION } from '../dto/event-dto.ts';
import { formatWireTime, parseWireTime } from '../wire-time.ts';
import { decisionMembers } from './decision-members.ts';
import { valueReader } from './log-value.ts';
import { bounded, originalFromWire, originalToWire } from './original-record.ts';
import { decisionFromWire } from './recorded-decision.ts';

const readDecisionMade = valueReader(DecisionMadeDto);
const readRejection = valueReader(RejectionDto);

/**
 * The codec of `decisions.v1`: JSON values in wire names, CloudEvents 1.0 headers in binary mode. The same event always has the same id.
 * `decode` throws `InvalidMessage` for what is no event of this major version, and `TransientFault` for what only a newer release can have
 * written: a higher `schema`, a type or an event type that this one does not know. Those must wait, not be skipped.
 */
export function createEventCodec(options: { readonly source?: string } = {}): EventCodec {
  const source = options.source ?? '/holdfast';
  const encode = (event: LogEvent): EncodedEvent => {
    switch (event.type) {
      case 'decision.made':
        return encodeDecisionMade(event, source);
      case 'transaction.rejected':
        return encodeRejection(event, source);
      case 'label.recorded':
      case 'transaction.recorded':
        throw new Error(`Events of type ${event.type} are not written by this release.`);
    }
  };
  const decode: EventCodec['decode'] = ({ value, headers }) => {
    if (value === null) throw new InvalidMessage('not_an_event', 'There is no value.');
    const type = headers['ce_type'];
    switch (type) {
      case 'decision.made':
        return decodeDecisionMade(value);
      case 'transaction.rejected':
        return decodeRejection(value);
      case undefined:
        throw new InvalidMessage('not_an_event', 'There is no ce_type.');
      default:
        throw new TransientFault('newer_format', `Events of type ${type} are not known to this release.`);
    }
  };
  return { encode, decode };
}

function encodeDecisionMade({ decision, input, reducer }: DecisionMade, source: string): EncodedEvent {
  const { transaction, decidedAtMs } = decision;
  const id = decisionId(transaction);
  const position = input === null ? '' : `,"input":"${inputText(input)}"`;
  const value = `{${decisionMembers(decision, id)}${position},"reducer":${reducerText(reducer)}}`;
  return {
    key: Buffer.from(transaction.accountId, 'latin1'),
    value: Buffer.from(value),
    headers: cloudEvent('decision.made', id, formatWireTime(decidedAtMs), source),
  };
}

function encodeRejection(event: TransactionRejected, source: string): EncodedEvent {
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
    headers: cloudEvent('transaction.rejected', uuidV5(`${topic}/${partition}/${offset}`), rejectedAt, source),
  };
}

function decodeDecisionMade(bytes: Uint8Array): DecisionMade {
  const wire = readDecisionMade(bytes);
  if (wire.event_type !== 'authorization') {
    throw new TransientFault('newer_format', `Transactions of type ${wire.event_type} are not known to this release.`);
  }
  const decision = decisionFromWire(wire);
  if (decision === undefined)
    throw new InvalidMessage('not_an_event', 'The vector is not base64 of float32.', 'vector');
  const { version, allowed_lateness_ms: allowedLatenessMs, log_cap: logCap } = wire.reducer;
  const input = wire.input === undefined ? null : inputPosition(wire.input);
  const reducer = { version, allowedLatenessMs, logCap };
  return { type: 'decision.made', decision, amended: [], expired: [], input, reducer };
}

function decodeRejection(bytes: Uint8Array): TransactionRejected {
  const wire = readRejection(bytes);
  const original = originalFromWire(wire.original);
  if (original === undefined) throw new InvalidMessage('not_an_event', 'The original is not base64.', 'original');
  const { reason, field, detail } = wire;
  const rejectedAtMs = parseWireTime(wire.rejected_at);
  return {
    type: 'transaction.rejected',
    reason,
    field,
    detail,
    original,
    input: inputPosition(wire.input),
    rejectedAtMs,
  };
}

function cloudEvent(type: LogEvent['type'], id: string, time: string, source: string): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: type,
    ce_source: source,
    ce_time: time,
    'content-type': 'application/json',
  };
}

/** Topic names are of letters, digits, `.`, `_` and `-`: nothing to escape, no colon. */
function inputText({ topic, next }: InputPosition): string {
  return `${topic}:${next}`;
}

function inputPosition(text: string): InputPosition {
  const colon = text.lastIndexOf(':');
  return { topic: text.slice(0, colon), next: Number(text.slice(colon + 1)) };
}

let lastReducer: { readonly reducer: ReducerParameters; readonly text: string } | undefined;

/** The same object for all events of a process, so the last text is kept. */
function reducerText(reducer: ReducerParameters): string {
  if (lastReducer?.reducer !== reducer) {
    const { version, allowedLatenessMs, logCap } = reducer;
    const text = JSON.stringify({ version, allowed_lateness_ms: allowedLatenessMs, log_cap: logCap });
    lastReducer = { reducer, text };
  }
  return lastReducer.text;
}
