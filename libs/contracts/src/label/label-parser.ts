import type { Label, RejectionReason } from '#libs/core';
import { type BodyRules, createBodyChecker } from '../body/body-checker.ts';
import { isObject, NOT_AN_OBJECT, readJsonObject } from '../body/json-bytes.ts';
import { unknownFieldCounter } from '../body/unknown-fields.ts';
import { LabelDto } from '../dto/label-dto.ts';
import type { FieldFault } from '../field-fault.ts';
import { normaliseWireTime, parseWireTime } from '../wire-time.ts';

/** Why some bytes are no label. */
export type LabelFailure = Extract<RejectionReason, 'malformed' | 'oversized' | 'invalid_label'>;

export type ParsedLabel =
  /** `unknownFields`: how many fields were ignored. */
  | { readonly ok: true; readonly label: Label; readonly unknownFields: number }
  /** `fields` names at least one fault; the field is '' where the body as a whole is at fault. */
  | { readonly ok: false; readonly reason: LabelFailure; readonly fields: readonly FieldFault[] };

/** Turns what came through a door into a label. Pure; never throws, whatever comes. */
export interface LabelParser {
  /** An HTTP body or a Kafka value; null is a value that is not there. */
  parse(bytes: Uint8Array | null): ParsedLabel;
  /** A value that was parsed elsewhere from bounded JSON. */
  parseObject(value: unknown): ParsedLabel;
}

/** Compiles a parser; do it once, at start. */
export function createLabelParser(rules: BodyRules): LabelParser {
  const checker = createBodyChecker(LabelDto, rules);
  const countUnknown = unknownFieldCounter(LabelDto);

  const parseObject = (value: unknown): ParsedLabel => {
    if (!isObject(value)) return { ok: false, reason: 'malformed', fields: [NOT_AN_OBJECT] };
    if (!checker.accepts(value)) return { ok: false, reason: 'invalid_label', fields: checker.faults(value) };
    const unknownFields = rules.unknownFields === 'ignore' ? countUnknown(value) : 0;
    return { ok: true, label: toLabel(value), unknownFields };
  };
  const parse = (bytes: Uint8Array | null): ParsedLabel => {
    const json = readJsonObject(bytes);
    return json.ok ? parseObject(json.value) : { ok: false, reason: json.reason, fields: [json.fault] };
  };
  return { parse, parseObject };
}

/** The core's label of a valid DTO. `canonical` is given when the text is known already. */
export function toLabel(dto: LabelDto, canonical?: string): Label {
  const reportedAtMs = parseWireTime(dto.reported_at);
  return {
    accountId: dto.account_id,
    transactionId: dto.transaction_id,
    eventType: dto.event_type ?? 'authorization',
    label: dto.label,
    source: dto.source,
    reportedAtMs,
    canonicalJson: canonical ?? canonicalLabel(dto, reportedAtMs),
  };
}

/** The one text of a valid label: its fields after defaults in their order, no blanks. Patterns admit no character that JSON escapes. */
function canonicalLabel(dto: LabelDto, reportedAtMs: number): string {
  return (
    `{"account_id":"${dto.account_id}","transaction_id":"${dto.transaction_id}"` +
    `,"event_type":"${dto.event_type ?? 'authorization'}","label":"${dto.label}","source":"${dto.source}"` +
    `,"reported_at":"${normaliseWireTime(dto.reported_at, reportedAtMs)}"}`
  );
}
