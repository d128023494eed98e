import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '#libs/platform';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The id of the key in an `Authorization` header, or undefined. Takes the same time whichever key it is, and whether it is one. */
export function findApiKey(authorization: unknown, keys: readonly ApiKey[]): string | undefined {
  const token = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
  if (token === undefined) return undefined;
  const presented = hash('sha256', token, 'buffer');
  let found: string | undefined;
  for (const { keyId, sha256 } of keys) {
    if (timingSafeEqual(presented, sha256)) found = keyId;
  }
  return found;
}

/** A key for the duration of one process, for development. */
export function createDevelopmentKey(): { readonly token: string; readonly key: ApiKey } {
  const token = `hf_dev_${randomBytes(18).toString('base64url')}`;
  return { token, key: { keyId: 'development', sha256: hash('sha256', token, 'buffer') } };
}
