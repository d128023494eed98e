import { type Hash64, hashText } from '#libs/core';
import { formatWireTime } from './wire-time.ts';

/** Described data as JSON has it. */
type WireValue = string | number | boolean | null | readonly WireValue[] | { readonly [name: string]: WireValue };

/** Described data as JSON: names in snake case; numbers whose names end in `Ms` as times, without the unit; what is just `high` and `low` as a hash. */
export function toWireForm(value: unknown): WireValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toWireForm);
  if (isHash(value)) return hashText(value);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, member]): [string, WireValue] => {
      if (!name.endsWith('Ms') || typeof member !== 'number') return [snakeCase(name), toWireForm(member)];
      return [snakeCase(name.slice(0, -2)), Number.isFinite(member) ? formatWireTime(member) : null];
    }),
  );
}

function isHash(value: unknown): value is Hash64 {
  return typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === 'high,low';
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_ms$/, '');
}
