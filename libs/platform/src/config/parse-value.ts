/** A caller of the HTTP door, known by the hash of its key. */
export interface ApiKey {
  /** Names the key in logs; not secret. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
}

/** `<key id>:<64 hex digits>`. */
export function parseApiKey(item: string): ApiKey | undefined {
  const match = /^([A-Za-z0-9_-]{1,64}):([0-9a-fA-F]{64})$/.exec(item);
  if (match === null) return undefined;
  const [, keyId = '', hex = ''] = match;
  return Object.freeze({ keyId, sha256: Uint8Array.from(Buffer.from(hex, 'hex')) });
}

/** 16 bytes as 32 hex digits. */
export function parseHashKey(value: string): Uint8Array | undefined {
  return /^[0-9a-fA-F]{32}$/.test(value) ? Uint8Array.from(Buffer.from(value, 'hex')) : undefined;
}

/** 32 bytes in base64. */
export function parsePublicKey(item: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]{43}=$/.test(item) ? Uint8Array.from(Buffer.from(item, 'base64')) : undefined;
}

/** The URL itself when it names a Redis and nothing that we would ignore. */
export function parseRedisUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const known = url.protocol === 'redis:' || url.protocol === 'rediss:';
  return known && url.hostname !== '' && /^\/?\d{0,2}$/.test(url.pathname) ? value : undefined;
}
