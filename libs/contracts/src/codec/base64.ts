/** Base64 (RFC 4648, section 4) of some bytes. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The bytes, in memory of their own; undefined for a text that is not what `toBase64` writes (Node's decoder skips what it does not know). */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const decoded = Buffer.from(text, 'base64');
  if (text.length % 4 !== 0 || decoded.length !== (text.length / 4) * 3 - padding) return undefined;
  return new Uint8Array(decoded);
}

/** Base64 of float32 values, little-endian. */
export function vectorToBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** The reverse; undefined for what is no whole number of float32 values. */
export function vectorFromBase64(text: string): Float32Array | undefined {
  const bytes = fromBase64(text);
  return bytes === undefined || bytes.length % 4 !== 0 ? undefined : new Float32Array(bytes.buffer);
}
