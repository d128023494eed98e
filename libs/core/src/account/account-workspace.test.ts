import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '#libs/testkit';
import { DAY_MS } from '../time.ts';
import { encodeAccount } from './account-codec.ts';
import type { DecidedEvent } from './account-event.ts';
import { emptyAccount } from './account-state.ts';
import { AccountWorkspace } from './account-workspace.ts';
import { CorruptRecord } from './record-envelope.ts';
import { reduce } from './reduce.ts';

const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };
const TORN = expect.objectContaining({ name: 'TransientFault', code: 'torn_read' });

function event(seq: number): DecidedEvent {
  return {
    identity: { high: seq, low: seq },
    content: seq,
    eventTimeMs: Date.UTC(2026, 0, 1) + seq,
    amountMinor: 1000,
    currency: 'EUR',
    counterparty: 0,
    ...NO_CONTEXT,
    outcome: 'approve',
    riskScore: 1,
    seq,
  };
}

describe('an account that is written while it is read', () => {
  const record = encodeAccount(reduce(emptyAccount(), event(11), PARAMETERS).state, { base: 10, last: 12 });

  it('is not taken for a fresh one when only its record is there', () => {
    expect(() => new AccountWorkspace('a', { version: null, record })).toThrow(TORN);
    expect(new AccountWorkspace('a', { version: null, record: null }).state).toEqual(emptyAccount());
  });

  it('is not read with the version before', () => {
    expect(() => new AccountWorkspace('a', { version: 10, record })).toThrow(TORN);
    const { events } = new AccountWorkspace('a', { version: 13, record }).state;
    expect([...events.seqs.subarray(events.first, events.end)]).toEqual([12]);
  });

  it('has lost its record when only its version is there: reading again would find no other', () => {
    expect(() => new AccountWorkspace('a', { version: 12, record: null })).toThrow(CorruptRecord);
  });

  it('takes no event that was planned on a seq from before its version', () => {
    const workspace = new AccountWorkspace('a', { version: 12, record });
    expect(() => workspace.apply(event(12), PARAMETERS)).toThrow(TORN);
    workspace.apply(event(13), PARAMETERS);
    expect(workspace.changed).toBe(true);
  });
});
