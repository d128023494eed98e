/** An object of a JSON text. Throws `TypeError` for anything else. */
export function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('an object is missing');
  return value as Record<string, unknown>;
}

/** A text by name, which matches `pattern`: some text if nothing else is asked. Throws `TypeError` for anything else. */
export function string(fields: Record<string, unknown>, name: string, pattern = /./): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value))
    throw new TypeError(`${name} is missing or not as it should be`);
  return value;
}
