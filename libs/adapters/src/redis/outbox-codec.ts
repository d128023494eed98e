import type { EncodedEvent } from '#libs/core';

const LENGTHS_BYTES = 12;
const ABSENT = 0xffff_ffff;
/** Between the names and values of headers, which are text that can travel in a header and so never hold it. */
const SEPARATOR = '\0';

/**
 * The events of one batch as one blob, in order. For each: three u32 lengths (little-endian) of key, headers and value, then these; headers are names and
 * values in turn with a NUL between them; an absent key has length 2^32 - 1. Written in one go: a hundred small buffers cost more than their bytes.
 */
export function encodeEvents(events: readonly EncodedEvent[]): Buffer {
  const headers = events.map((event) => Object.entries(event.headers).flat().join(SEPARATOR));
  const headerBytes = headers.map((text) => Buffer.byteLength(text));
  let size = 0;
  events.forEach(({ key, value }, i) => {
    size += LENGTHS_BYTES + (key?.length ?? 0) + (headerBytes[i] as number) + value.length;
  });
  const blob = Buffer.allocUnsafe(size);
  let at = 0;
  events.forEach(({ key, value }, i) => {
    const length = headerBytes[i] as number;
    blob.writeUInt32LE(key?.length ?? ABSENT, at);
    blob.writeUInt32LE(length, at + 4);
    blob.writeUInt32LE(value.length, at + 8);
    at += LENGTHS_BYTES;
    if (key !== null) blob.set(key, at);
    at += key?.length ?? 0;
    blob.write(headers[i] as string, at);
    at += length;
    blob.set(value, at);
    at += value.length;
  });
  return blob;
}

/** The inverse of `encodeEvents`; keys and values are views of the blob. Throws a RangeError for bytes that it did not write. */
export function decodeEvents(blob: Buffer): EncodedEvent[] {
  const events: EncodedEvent[] = [];
  let at = 0;
  while (at < blob.length) {
    const keyBytes = blob.readUInt32LE(at);
    const headersAt = at + LENGTHS_BYTES + (keyBytes === ABSENT ? 0 : keyBytes);
    const valueAt = headersAt + blob.readUInt32LE(at + 4);
    const end = valueAt + blob.readUInt32LE(at + 8);
    if (end > blob.length) throw new RangeError('An outbox entry is cut short');
    const key = keyBytes === ABSENT ? null : blob.subarray(at + LENGTHS_BYTES, headersAt);
    events.push({
      key,
      headers: headersOf(blob.toString('utf8', headersAt, valueAt)),
      value: blob.subarray(valueAt, end),
    });
    at = end;
  }
  return events;
}

function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (text === '') return headers;
  const parts = text.split(SEPARATOR);
  for (let i = 0; i + 1 < parts.length; i += 2) headers[parts[i] as string] = parts[i + 1] as string;
  return headers;
}
