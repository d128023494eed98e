import { type DecisionMade, type EncodedEvent, InvalidMessage, TransientFault } from '#libs/core';
import { decisionId } from '../decision-id.ts';
import { DecisionMadeDto } from '../dto/event-dto.ts';
import { formatWireTime } from '../wire-time.ts';
import { amendedFromWire, amendmentsToWire, expiredFromWire } from './amendments.ts';
import { decisionMembers } from './decision-members.ts';
import { cloudEvent, provenanceOf, provenanceText } from './event-parts.ts';
import { valueReader } from './log-value.ts';
import { decisionFromWire } from './recorded-decision.ts';

const read = valueReader(DecisionMadeDto);

export function encodeDecisionMade(event: DecisionMade, source: string): EncodedEvent {
  const { decision, input, reducer } = event;
  const { transaction, decidedAtMs } = decision;
  const id = decisionId(transaction);
  return {
    key: Buffer.from(transaction.accountId, 'latin1'),
    value: Buffer.from(`{${decisionMembers(decision, id)}${amendmentMembers(event)}${provenanceText(input, reducer)}}`),
    headers: cloudEvent(event, { id, time: formatWireTime(decidedAtMs), source }),
  };
}

export function decodeDecisionMade(bytes: Uint8Array): DecisionMade {
  const wire = read(bytes);
  if (wire.event_type !== 'authorization') {
    throw new TransientFault('newer_format', `Decisions of type ${wire.event_type} are not known to this release.`);
  }
  const decision = decisionFromWire(wire);
  if (decision === undefined)
    throw new InvalidMessage('not_an_event', 'The vector is not base64 of float32.', 'vector');
  const { input, reducer } = provenanceOf(wire);
  return {
    type: 'decision.made',
    decision,
    amended: amendedFromWire(wire),
    expired: expiredFromWire(wire),
    input,
    reducer,
  };
}

/** Members (with a comma in front) that hardly any event has. */
function amendmentMembers(event: Pick<DecisionMade, 'amended' | 'expired'>): string {
  if (event.amended.length + event.expired.length === 0) return '';
  return `,${JSON.stringify(amendmentsToWire(event)).slice(1, -1)}`;
}
