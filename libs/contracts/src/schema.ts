import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { containsCardNumber } from './card-number.ts';
import {
  type DtoClass,
  FINITE_NUMBER,
  IP_ADDRESS,
  MAX_ID_LENGTH,
  NO_CARD_NUMBER,
  WIRE_TIME,
  type WireContext,
} from './dto/wire-decorators.ts';
import { isIpAddress } from './ip-address.ts';
import { parseWireTime } from './wire-time.ts';

/** A JSON Schema (draft 7), as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A check of one value; `errors` are those of its last refusal. */
export type Validator<T> = ValidateFunction<T>;
export type SchemaError = ErrorObject;

export interface CompileOptions {
  /** Whether a field that the class does not name is an error. */
  readonly unknownFields: 'refuse' | 'ignore';
  readonly refuseCardNumbers: boolean;
  /** Stop at the first error (the fast way), or find them all. */
  readonly allErrors: boolean;
}

/** Keyword of the card number rule. */
export const CARD_NUMBER_KEYWORD = 'containsNoCardNumber';
/** Where the schemas of nested classes lie. */
export const DEFINITIONS = '#/definitions/';

type Converters = NonNullable<NonNullable<Parameters<typeof targetConstructorToSchema>[1]>['additionalConverters']>;

/** JSON Schema of our own constraints, by their names. */
const CONVERTERS = {
  [WIRE_TIME]: { type: 'string', format: 'date-time' },
  [IP_ADDRESS]: { type: 'string', format: 'ip' },
  [FINITE_NUMBER]: { type: 'number' },
  [NO_CARD_NUMBER]: { type: 'string', [CARD_NUMBER_KEYWORD]: true },
  [ValidationTypes.NESTED_VALIDATION]: ({ context }: { context?: WireContext }) => ({
    $ref: DEFINITIONS + (context?.nested?.().name ?? ''),
  }),
} as Converters;

/** Schemas of `root` and of every class nested in it, by class name. */
export function schemasOf(root: DtoClass): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {};
  const pending = [root];
  for (let dto = pending.pop(); dto !== undefined; dto = pending.pop()) {
    if (dto.name in schemas) continue;
    schemas[dto.name] = schemaOf(dto);
    pending.push(...metadataOf(dto).flatMap(({ context }) => (context.nested ? [context.nested()] : [])));
  }
  return schemas;
}

/** Compiles the check of `root` from its decorators. No coercion, no defaults, no removal: the value is only looked at. */
export function compileValidator<T extends object>(root: abstract new () => T, options: CompileOptions): Validator<T> {
  const ajv = new Ajv({ strict: true, allErrors: options.allErrors, unicodeRegExp: false });
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(parseWireTime(text)));
  ajv.addFormat('ip', isIpAddress);
  // What is longer than an id is refused by its pattern already.
  const accepts = (text: string): boolean =>
    !options.refuseCardNumbers || text.length > MAX_ID_LENGTH || !containsCardNumber(text);
  ajv.addKeyword({
    keyword: CARD_NUMBER_KEYWORD,
    type: 'string',
    schemaType: 'boolean',
    validate: (_isOn: boolean, text: string) => accepts(text),
  });
  const definitions = Object.entries(schemasOf(root)).map(([name, schema]) => [
    name,
    options.unknownFields === 'refuse' ? { ...schema, additionalProperties: false } : schema,
  ]);
  return ajv.compile<T>({ $ref: DEFINITIONS + root.name, definitions: Object.fromEntries(definitions) });
}

/**
 * The class's schema as class-validator-jsonschema derives it, with four things that it does not know: which fields may be missing (it takes
 * every conditional field for optional) and when not, which may be null, and that nested classes are found in their decorator.
 */
function schemaOf(dto: DtoClass): JsonSchema {
  const schema = targetConstructorToSchema(dto, {
    refPointerPrefix: DEFINITIONS,
    additionalConverters: CONVERTERS,
  }) as JsonSchema & { properties: Record<string, JsonSchema> };
  const fields = metadataOf(dto);
  const named = (has: (context: WireContext) => boolean): Set<string> =>
    new Set(fields.filter(({ context }) => has(context)).map(({ field }) => field));
  const mayBeAbsent = named((context) => context.absent === true);
  const mayBeNull = named((context) => context.nullable === true);
  const properties = Object.entries(schema.properties).map(([name, property]) => [
    name,
    mayBeNull.has(name) ? { anyOf: [property, { type: 'null' }] } : property,
  ]);
  const required = Object.keys(schema.properties).filter((name) => !mayBeAbsent.has(name));
  const conditions = fields.flatMap(({ field, context }) => (context.needed ? [condition(field, context.needed)] : []));
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    ...(conditions.length > 0 ? { allOf: conditions } : {}),
  };
}

/** Said by `else`, since an object with a `then` looks like a promise. */
function condition(field: string, { by, values }: NonNullable<WireContext['needed']>): JsonSchema {
  return {
    if: { not: { properties: { [by]: { enum: values } }, required: [by] } },
    else: { properties: { [field]: {} }, required: [field] },
  };
}

function metadataOf(dto: DtoClass): { field: string; context: WireContext }[] {
  return getMetadataStorage()
    .getTargetValidationMetadatas(dto, '', true, false)
    .map(({ propertyName, context }) => ({ field: propertyName, context: (context ?? {}) as WireContext }));
}
