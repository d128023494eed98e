import { containsCardNumber } from '../card-number.ts';
import type { FieldFault, FieldFaultCode } from '../field-fault.ts';
import { MAX_LISTED_FAULTS } from '../limits.ts';
import { CARD_NUMBER_KEYWORD, type SchemaError } from '../schema.ts';

/** Translates a compiled validator's errors, one fault per field and cause. Says what is asked for, never what was sent. */
export function fieldFaults(errors: readonly SchemaError[]): FieldFault[] {
  const faults = new Map<string, FieldFault>();
  for (const error of errors) {
    // That a condition failed is said by what it asks for.
    if (error.keyword === 'if') continue;
    const fault = toFault(error);
    const key = `${fault.field} ${fault.code}`;
    if (!faults.has(key)) faults.set(key, fault);
    if (faults.size === MAX_LISTED_FAULTS) break;
  }
  return [...faults.values()];
}

function toFault(error: SchemaError): FieldFault {
  const params = error.params as Record<string, unknown>;
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  switch (error.keyword) {
    case 'required':
      return fault(join(path, String(params['missingProperty'])), 'required', 'Is required.');
    case 'additionalProperties':
      return fault(join(path, harmlessName(String(params['additionalProperty']))), 'unknown_field', 'Is not known.');
    case 'type':
      return fault(path, 'type', `Must be of type ${String(params['type'])}.`);
    case 'pattern':
      return fault(path, 'format', `Must match ${String(params['pattern'])}.`);
    case 'format':
      return fault(path, 'format', formatMessage(String(params['format'])));
    case 'enum':
      return fault(path, 'value', `Must be one of ${(params['allowedValues'] as unknown[]).join(', ')}.`);
    case 'minimum':
    case 'maximum':
      return fault(path, 'range', `Must be ${String(params['comparison'])} ${String(params['limit'])}.`);
    case 'maxItems':
      return fault(path, 'too_many', `Must have at most ${String(params['limit'])} items.`);
    case CARD_NUMBER_KEYWORD:
      return fault(path, 'card_number', 'Must not contain a card number; send a token.');
    default:
      return fault(path, 'value', 'Is not valid.');
  }
}

function fault(field: string, code: FieldFaultCode, message: string): FieldFault {
  return { field, code, message };
}

function formatMessage(format: string): string {
  return format === 'ip'
    ? 'Must be an IPv4 or IPv6 address.'
    : 'Must be an RFC 3339 time in UTC with at most milliseconds.';
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The sender chose this name: it could be a card number, or break a log line. */
function harmlessName(name: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(name) && !containsCardNumber(name) ? name : '(name withheld)';
}
