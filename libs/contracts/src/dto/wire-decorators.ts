import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsObject, Matches, ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import { containsCardNumber } from '../card-number.ts';
import { isIpAddress } from '../ip-address.ts';
import { parseWireTime } from '../wire-time.ts';

/** A DTO class. */
export type DtoClass = abstract new () => object;

/** Ids enter keys, headers and hash tags: no brace, no blank, no surrogate, nothing that two encodings spell differently. */
export const ID_PATTERN = /^[A-Za-z0-9._:-]{1,64}$/;

/** Characters that `ID_PATTERN` takes. */
export const MAX_ID_LENGTH = 64;

/** Validation group of the card number rule, so that it can be left out. */
const CARD_NUMBER_GROUP = 'card_numbers';

/** Names of our own constraints: what `schema.ts` translates into JSON Schema. */
export const WIRE_TIME = 'isWireTime';
export const IP_ADDRESS = 'isIpAddress';
export const NO_CARD_NUMBER = 'containsNoCardNumber';
export const FINITE_NUMBER = 'isFiniteNumber';

/** What a decorator tells `schema.ts` beyond its constraint. */
export interface WireContext {
  readonly absent?: boolean;
  /** The field may not be absent where field `by` has one of `values`. */
  readonly needed?: { readonly by: string; readonly values: readonly string[] };
  readonly nullable?: boolean;
  readonly nested?: () => DtoClass;
}

/** The field may be missing. Unlike `IsOptional` it does not let `null` pass: absent has one spelling. */
export function MayBeAbsent(): PropertyDecorator {
  const context: WireContext = { absent: true };
  return ValidateIf((_object, value) => value !== undefined, { context });
}

/** The field may be missing, unless field `by` has one of `values`. */
export function NeededWith(by: string, values: readonly string[]): PropertyDecorator {
  const context: WireContext = { absent: true, needed: { by, values } };
  const isNeeded = (object: unknown): boolean => values.includes((object as Record<string, string>)[by] ?? '');
  return ValidateIf((object, value) => value !== undefined || isNeeded(object), { context });
}

/** The field must be there, and may be `null`. */
export function MayBeNull(): PropertyDecorator {
  const context: WireContext = { nullable: true };
  return ValidateIf((_object, value) => value !== null, { context });
}

/** An id, which must not contain a card number. */
export function IsIdentifier(): PropertyDecorator {
  return all(Matches(ID_PATTERN), ContainsNoCardNumber());
}

/** RFC 3339 in UTC with at most milliseconds; see `parseWireTime`. */
export function IsWireTime(): PropertyDecorator {
  return constraint(WIRE_TIME, (value) => typeof value === 'string' && !Number.isNaN(parseWireTime(value)));
}

/** IPv4 or IPv6; see `isIpAddress`. */
export function IsIpAddress(): PropertyDecorator {
  return constraint(IP_ADDRESS, (value) => typeof value === 'string' && isIpAddress(value));
}

/** A number that JSON can carry: not NaN, not the Infinity that `1e400` parses to. */
export function IsFiniteNumber(): PropertyDecorator {
  return constraint(FINITE_NUMBER, (value) => typeof value === 'number' && Number.isFinite(value));
}

/** One object of class `nested`. An array is no object, though `ValidateNested` would look into it. */
export function IsNested(nested: () => DtoClass): PropertyDecorator {
  const context: WireContext = { nested };
  return all(IsObject(), ValidateNested({ context }), Type(nested as () => new () => object));
}

/** An array of objects of class `nested`. Pair it with `IsArray`: alone it takes a single object as well. */
export function IsNestedEach(nested: () => DtoClass): PropertyDecorator {
  const context: WireContext = { nested };
  return all(IsObject({ each: true }), ValidateNested({ each: true, context }), Type(nested as () => new () => object));
}

function ContainsNoCardNumber(): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value !== 'string' || !containsCardNumber(value);
  return constraint(NO_CARD_NUMBER, accepts, [CARD_NUMBER_GROUP]);
}

function constraint(name: string, accepts: (value: unknown) => boolean, groups: string[] = []): PropertyDecorator {
  const defaultMessage = (argument?: ValidationArguments): string => `${argument?.property ?? 'field'}: ${name}`;
  return ValidateBy({ name, validator: { validate: accepts, defaultMessage } }, { groups });
}

function all(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}
