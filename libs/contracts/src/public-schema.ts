import type { DtoClass } from './dto/wire-decorators.ts';
import { CARD_NUMBER_KEYWORD, DEFINITIONS, type JsonSchema, schemasOf } from './schema.ts';

/** What `parseWireTime` takes beyond `date-time`, as far as a pattern can say it: UTC, capital letters, at most milliseconds, no leap second. */
const WIRE_TIME_PATTERN =
  '^(19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?Z$';
const NO_CARD_NUMBER = 'Refused where it contains a card number.';

/** The name under which a wire class is known outside. */
export function publicName(dto: DtoClass): string {
  return dto.name.replace(/Dto$/, '');
}

/**
 * `root` and every class nested in it, by public name, as JSON Schemas of draft 2020-12 that any validator understands: our own keyword and format
 * become words and standard formats. `refPrefix` is where they will lie in the document that they become part of.
 */
export function publicSchemas(
  root: DtoClass,
  options: { readonly refPrefix: string; readonly unknownFields: 'refuse' | 'ignore' },
): Record<string, JsonSchema> {
  const closed = options.unknownFields === 'refuse' ? { additionalProperties: false } : {};
  return Object.fromEntries(
    Object.entries(schemasOf(root)).map(([name, schema]) => [
      withoutSuffix(name),
      { ...(translate(schema, options.refPrefix) as JsonSchema), ...closed },
    ]),
  );
}

function withoutSuffix(name: string): string {
  return name.replace(/Dto$/, '');
}

function translate(node: unknown, refPrefix: string): unknown {
  if (Array.isArray(node)) return node.map((item) => translate(item, refPrefix));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, [CARD_NUMBER_KEYWORD]: noCardNumber, ...rest } = node as Record<string, unknown>;
  const translated = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, translate(value, refPrefix)]));
  if (typeof $ref === 'string') {
    const { type: _object, ...beside } = translated;
    return { $ref: refPrefix + withoutSuffix($ref.slice(DEFINITIONS.length)), ...beside };
  }
  if (noCardNumber === true) {
    translated['description'] = [translated['description'], NO_CARD_NUMBER].filter(Boolean).join(' ');
  }
  if (translated['format'] === 'date-time') translated['pattern'] = WIRE_TIME_PATTERN;
  if (translated['format'] === 'ip') {
    const { format: _ip, ...beside } = translated;
    return { ...beside, anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };
  }
  return translated;
}
