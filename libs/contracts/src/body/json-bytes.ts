import type { FieldFault } from '../field-fault.ts';
import { MAX_JSON_DEPTH, MAX_TRANSACTION_BYTES } from '../limits.ts';

/** The object that some bytes spell, or why they spell none. */
export type ReadJson =
  | { readonly ok: true; readonly value: object }
  | { readonly ok: false; readonly reason: 'malformed' | 'oversized'; readonly fault: FieldFault };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** All that tells a brace from its bracket: 0x5b and 0x7b, 0x5d and 0x7d. */
const BRACE_BIT = 0x20;

/**
 * Parses one JSON object of bounded size and depth. Bounds are checked on the bytes: `JSON.parse` accepts nesting of which `JSON.stringify`
 * and recursive loggers die. Of a repeated key the last value counts, as `JSON.parse` has it. No byte order mark.
 */
export function readJsonObject(bytes: Uint8Array | null): ReadJson {
  if (bytes === null || bytes.length === 0) return malformed('empty', 'There is no content.');
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    const message = `More than ${MAX_TRANSACTION_BYTES} bytes.`;
    return { ok: false, reason: 'oversized', fault: { field: '', code: 'too_large', message } };
  }
  const shape = scan(bytes);
  if (shape === 'too deep') return malformed('too_deep', `Nested deeper than ${MAX_JSON_DEPTH}.`);
  const text = shape === 'ascii' ? decodeAscii(bytes) : decodeUtf8(bytes);
  if (text === undefined) return malformed('not_utf8', 'The bytes are not UTF-8.');
  const value = parse(text);
  if (value === undefined) return malformed('not_json', 'The text is not JSON.');
  if (!isObject(value)) return { ok: false, reason: 'malformed', fault: NOT_AN_OBJECT };
  return { ok: true, value };
}

/** The fault of a value that is no object. */
export const NOT_AN_OBJECT: FieldFault = {
  field: '',
  code: 'not_an_object',
  message: 'The JSON value is not an object.',
};

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(code: FieldFault['code'], message: string): ReadJson {
  return { ok: false, reason: 'malformed', fault: { field: '', code, message } };
}

type Shape = 'ascii' | 'not ascii' | 'too deep';

/** Bounds the depth by counting what opens, strings included: that is all that an ordinary transaction needs. */
function scan(bytes: Uint8Array): Shape {
  let seen = 0;
  let opened = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    seen |= byte;
    if ((byte | BRACE_BIT) === OPEN_BRACE) opened++;
  }
  if (opened > MAX_JSON_DEPTH && isTooDeep(bytes)) return 'too deep';
  return seen < 0x80 ? 'ascii' : 'not ascii';
}

/** The real depth: brackets within strings do not count. Text that is no JSON may be judged either way, and fails to parse later. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (inString) {
      if (byte === QUOTE) inString = false;
      else if (byte === BACKSLASH) index++;
    } else if (byte === QUOTE) inString = true;
    else if ((byte | BRACE_BIT) === OPEN_BRACE && ++depth > MAX_JSON_DEPTH) return true;
    else if ((byte | BRACE_BIT) === CLOSE_BRACE) depth--;
  }
  return false;
}

function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
