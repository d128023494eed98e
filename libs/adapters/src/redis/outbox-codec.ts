import type { EncodedEvent } from '#libs/core';

const ABSENT = 0xffff_ffff;

/**
 * The events of one batch as one blob, in order. For each: key, headers as JSON, value, each with a u32 length (little-endian) before it; an absent
 * key has length 2^32 - 1.
 */
export function encodeEvents(events: readonly EncodedEvent[]): Buffer {
  const parts: Buffer[] = [];
  for (const event of events) {
    parts.push(...section(event.key), ...section(Buffer.from(JSON.stringify(event.headers))), ...section(event.value));
  }
  return Buffer.concat(parts);
}

function section(bytes: Uint8Array | null): [Buffer] | [Buffer, Buffer] {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes?.length ?? ABSENT);
  return bytes === null ? [length] : [length, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)];
}

/** The inverse of `encodeEvents`. Throws a RangeError for bytes that it did not write. */
export function decodeEvents(blob: Buffer): EncodedEvent[] {
  const events: EncodedEvent[] = [];
  let at = 0;
  const next = (): Buffer | null => {
    const length = blob.readUInt32LE(at);
    at += 4;
    if (length === ABSENT) return null;
    if (at + length > blob.length) throw new RangeError('An outbox entry is cut short');
    at += length;
    return blob.subarray(at - length, at);
  };
  while (at < blob.length) {
    const key = next();
    const headers = JSON.parse((next() ?? Buffer.from('{}')).toString('utf8')) as Record<string, string>;
    events.push({ key, headers, value: next() ?? Buffer.alloc(0) });
  }
  return events;
}
