import { describe, expect, it } from 'vitest';
import { approved, payment } from '#libs/testkit';
import { labelAmendment } from '../account/amendment-of.ts';
import type { AmendmentEffect } from '../account/amendment.ts';
import type { LogEvent, TransactionRecorded } from '../event.ts';
import type { Label } from '../label.ts';
import { createHasher } from '../siphash.ts';
import { entityChangesOf } from './entity-changes.ts';

const hasher = createHasher(new Uint8Array(16).fill(7));
const paid = payment('t1', { account: 'a1', second: 5, terminal: 'm1', beneficiary: 'b1' });
const input = null;
const reducer = { version: 1, allowedLatenessMs: 0, logCap: 1 };
const recordedAtMs = 0;
const effect: AmendmentEffect = {
  eventTimeMs: paid.eventTimeMs,
  amountMinor: 1_000,
  currency: 'EUR',
  removedMinor: 0,
  entities: { card: null, terminal: hasher.text64('m1'), device: null, ip: null, beneficiary: hasher.text64('b1') },
  labelBefore: null,
  labelAfter: 'fraud',
};
const transactionChange = {
  type: 'transaction',
  identity: hasher.identity(paid),
  eventTimeMs: paid.eventTimeMs,
  amountMinor: 1_000,
  currency: 'EUR',
  account: hasher.text64('a1'),
  entities: effect.entities,
};
const label: Label = {
  accountId: 'a1',
  transactionId: 't1',
  eventType: 'authorization',
  label: 'fraud',
  source: 'bank',
  reportedAtMs: 77,
  canonicalJson: '{"label":"fraud"}',
};
const recorded = (more: Partial<TransactionRecorded>): LogEvent => ({
  type: 'transaction.recorded',
  transaction: paid,
  cause: 'observed',
  effect: null,
  amended: [],
  expired: [],
  input,
  reducer,
  recordedAtMs,
  ...more,
});

describe('what entities learn from', () => {
  it('a decision: its transaction, whatever was decided', () => {
    expect(entityChangesOf(approved(paid), hasher)).toEqual([transactionChange]);
  });

  it('a transaction of which something had been said before it came: both, in that order', () => {
    const amendment = { kind: 'fraud' as const, identity: { high: 1, low: 2 }, content: 3, timeMs: 4, target: hasher.identity(paid), amountMinor: 0 }; // prettier-ignore
    const amended = [{ amendment, effect }];
    const said = { type: 'amendment', identity: { high: 1, low: 2 }, target: hasher.identity(paid), kind: 'fraud', timeMs: 4, account: hasher.text64('a1'), effect }; // prettier-ignore
    expect(entityChangesOf({ ...approved(paid), amended } as LogEvent, hasher)).toEqual([transactionChange, said]);
    expect(entityChangesOf(recorded({ amended }), hasher)).toEqual([transactionChange, said]);
  });

  it('a label of a transaction that its account knows', () => {
    const event = { type: 'label.recorded', label, effect, expired: [], input, reducer, recordedAtMs } as const;
    expect(entityChangesOf(event, hasher)).toEqual([
      {
        type: 'amendment',
        identity: hasher.text64(label.canonicalJson),
        target: hasher.identity(paid),
        kind: 'fraud',
        timeMs: 77,
        account: hasher.text64('a1'),
        effect,
      },
    ]);
    expect(entityChangesOf({ ...event, effect: null }, hasher)).toEqual([]);
  });

  it('a decline that its account knows, and no approval or challenge: those change nothing', () => {
    const said = (value: Label['label']): Label => ({ ...label, label: value });
    const kinds = (['approved', 'declined', 'challenged'] as const).map((value) => {
      const event = {
        type: 'outcome.recorded',
        label: said(value),
        effect,
        expired: [],
        input,
        reducer,
        recordedAtMs,
      } as const;
      const amended = [{ amendment: labelAmendment(said(value), hasher), effect }];
      const late = entityChangesOf({ ...approved(paid), amended } as LogEvent, hasher);
      return [...entityChangesOf(event, hasher), ...late.slice(1)].map((change) => 'kind' in change && change.kind);
    });
    expect(kinds).toEqual([[], ['declined', 'declined'], []]);
  });

  it.each(['reversal', 'refund'] as const)('a %s of a transaction that its account knows', (cause) => {
    const transaction = { ...paid, transactionId: 'r1', eventType: cause, originalTransactionId: 't1' };
    const taken = { ...effect, removedMinor: 1_000 };
    expect(entityChangesOf(recorded({ cause, transaction, effect: taken }), hasher)).toEqual([
      {
        type: 'amendment',
        identity: hasher.identity(transaction),
        target: hasher.identity(paid),
        kind: cause,
        timeMs: paid.eventTimeMs,
        account: hasher.text64('a1'),
        effect: taken,
      },
    ]);
    expect(entityChangesOf(recorded({ cause, transaction }), hasher)).toEqual([]);
  });

  it('a rejection: nothing', () => {
    const original = { topic: 't', partition: 0, offset: 0, key: null, value: null };
    const rejected: LogEvent = { type: 'transaction.rejected', reason: 'malformed', field: null, detail: '', original, input: { topic: 't', next: 1 }, rejectedAtMs: 0 }; // prettier-ignore
    expect(entityChangesOf(rejected, hasher)).toEqual([]);
  });
});
