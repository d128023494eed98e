import type { EncodedEvent, LabelRecorded } from '#libs/core';
import { labelId } from '../decision-id.ts';
import { SCHEMA_VERSION } from '../dto/event-dto.ts';
import { LabelRecordedDto } from '../dto/recorded-dto.ts';
import { toLabel } from '../label/label-parser.ts';
import { formatWireTime, parseWireTime } from '../wire-time.ts';
import { amendmentsToWire, effectFromWire, effectToWire, expiredFromWire } from './amendments.ts';
import { cloudEvent, provenanceOf, provenanceText } from './event-parts.ts';
import { valueReader } from './log-value.ts';

const read = valueReader(LabelRecordedDto);

export function encodeLabelRecorded(event: LabelRecorded, source: string): EncodedEvent {
  const { label, effect, expired, input, reducer } = event;
  const recordedAt = formatWireTime(event.recordedAtMs);
  const members: Omit<LabelRecordedDto, 'label' | 'input' | 'reducer'> = {
    schema: SCHEMA_VERSION,
    account_id: label.accountId,
    transaction_id: label.transactionId,
    event_type: label.eventType,
    matched: effect !== null,
    recorded_at: recordedAt,
    ...(effect === null ? {} : { effect: effectToWire(effect) }),
    ...amendmentsToWire({ expired }),
  };
  const text = JSON.stringify(members).slice(0, -1);
  return {
    key: Buffer.from(label.accountId, 'latin1'),
    value: Buffer.from(`${text},"label":${label.canonicalJson}${provenanceText(input, reducer)}}`),
    headers: cloudEvent(event, { id: labelId(label), time: recordedAt, source }),
  };
}

export function decodeLabelRecorded(bytes: Uint8Array, type: LabelRecorded['type']): LabelRecorded {
  const wire = read(bytes);
  return {
    type,
    label: toLabel(wire.label, JSON.stringify(wire.label)),
    effect: wire.effect === undefined ? null : effectFromWire(wire.effect),
    expired: expiredFromWire(wire),
    ...provenanceOf(wire),
    recordedAtMs: parseWireTime(wire.recorded_at),
  };
}
