import { describe, expect, it } from 'vitest';
import { decisionId, DECISION_NAMESPACE } from './decision-id.ts';

const identity = { accountId: 'acct-4821', transactionId: 'tx-20260514-0001', eventType: 'authorization' } as const;

describe('decisionId', () => {
  it('is what any UUIDv5 library makes of the identity', () => {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("1c9ad927-…"), "acct-4821/tx-20260514-0001/authorization"))'
    expect(DECISION_NAMESPACE).toBe('1c9ad927-ad19-49e8-b580-372bcfe1be93');
    expect(decisionId(identity)).toBe('0222e3fa-6599-5896-a218-a76974df36e0');
  });

  it('does not depend on what was hashed before, nor on the length of the name', () => {
    const first = decisionId(identity);
    const long = { ...identity, accountId: 'x'.repeat(400) };
    // The same command with an account of 400 "x".
    expect(decisionId(long)).toBe('2298e59a-7b4a-5c00-bd90-19a70f55df47');
    expect(decisionId({ ...identity, accountId: 'a' })).not.toBe(first);
    expect(decisionId(identity)).toBe(first);
  });

  it('differs where a part of the identity differs, wherever the parts are cut', () => {
    const ids = [
      identity,
      { ...identity, accountId: 'acct-4822' },
      { ...identity, accountId: 'a.b', transactionId: 'c' },
      { ...identity, accountId: 'a', transactionId: 'b.c' },
    ].map(decisionId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
