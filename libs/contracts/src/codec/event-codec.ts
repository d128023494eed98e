import { type EncodedEvent, type EventCodec, InvalidMessage, type LogEvent, TransientFault } from '#libs/core';
import { decodeDecisionMade, encodeDecisionMade } from './decision-made.ts';
import { decodeLabelRecorded, encodeLabelRecorded } from './label-recorded.ts';
import { decodeRejection, encodeRejection } from './rejection.ts';
import { decodeTransactionRecorded, encodeTransactionRecorded } from './transaction-recorded.ts';

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
      case 'outcome.recorded':
        return encodeLabelRecorded(event, source);
      case 'transaction.recorded':
        return encodeTransactionRecorded(event, source);
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
      case 'label.recorded':
      case 'outcome.recorded':
        return decodeLabelRecorded(value, type);
      case 'transaction.recorded':
        return decodeTransactionRecorded(value);
      case undefined:
        throw new InvalidMessage('not_an_event', 'There is no ce_type.');
      default:
        throw new TransientFault('newer_format', `Events of type ${type} are not known to this release.`);
    }
  };
  return { encode, decode };
}
