import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BatchItem, decodeAccount, type Label, scoreBatch, type Transaction } from '#libs/core';
import { label, reversal } from '../../src/rig/labels.ts';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction, transactions } from '../../src/rig/transactions.ts';
import { storedStates } from './account-states.ts';

const LABELS = 'labels.v1';
const DAY = 24 * 60;

const asLabel = (made: Label): BatchItem => ({ kind: 'label', label: made, original: null });
const asTransaction = (made: Transaction, observeOnly = false): BatchItem => ({
  kind: 'transaction',
  transaction: made,
  original: null,
  observeOnly,
});

describe('labels and what else is said of earlier transactions', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start();
  });
  afterEach(() => rig.stop());

  const results = async (...items: readonly BatchItem[]) => {
    const batch = await rig.take(...items);
    return batch.status === 'committed' ? batch.results : [];
  };
  const accounts = ['acct-1', ...Array.from({ length: 7 }, (_, i) => `acct-${i}`)];
  const events = () => rig.validEvents().map(({ seq, event }) => ({ seq, ...event }));

  it('a label is recorded once, in the log and in its account, whatever is delivered', async () => {
    const opened = await rig.openWith([transaction('t1'), transaction('t2', { minute: 1 })]);
    const fraud = asLabel(label('t1', { minute: DAY }));
    expect(await results(fraud, fraud)).toEqual([
      { kind: 'recorded', what: 'label', matched: true, seq: 3 },
      { kind: 'duplicate', label: label('t1', { minute: DAY }), first: { matched: true, seq: 3 } },
    ]);
    expect(await results(fraud)).toMatchObject([{ kind: 'duplicate', first: { matched: true, seq: 3 } }]);
    await rig.publish(opened);
    expect(events().map(({ type }) => type)).toEqual(['decision.made', 'decision.made', 'label.recorded']);
    expect(events()[2]).toMatchObject({ effect: { labelBefore: null, labelAfter: 'fraud', amountMinor: 1_000 } });
  });

  it('labels, transactions and reversals of one account follow one another within a batch', async () => {
    await rig.open();
    expect(
      await results(
        asTransaction(transaction('t1', { amountMinor: 700 })),
        asLabel(label('t1', { minute: 5 })),
        asTransaction(transaction('t2', { minute: 10 })),
        asTransaction(reversal('r1', 't1', { minute: 11, amountMinor: 300 })),
        asTransaction(reversal('r1', 't1', { minute: 11, amountMinor: 300 })),
        asTransaction(reversal('r1', 't1', { minute: 11, amountMinor: 301 })),
        asLabel(label('t1', { minute: 12, value: 'genuine' })),
      ),
    ).toMatchObject([
      { kind: 'decided', seq: 1 },
      { kind: 'recorded', what: 'label', matched: true, seq: 2 },
      { kind: 'decided', seq: 3 },
      { kind: 'recorded', what: 'reversal', matched: true, seq: 4 },
      { kind: 'duplicate', first: { matched: true, seq: 4 } },
      { kind: 'conflict', first: { matched: true, seq: 4 } },
      { kind: 'recorded', what: 'label', matched: true, seq: 5 },
    ]);
  });

  it('a label that comes before its transaction waits for it, and the decision says so', async () => {
    const opened = await rig.open();
    expect(await results(asLabel(label('t1', { minute: 3 })))).toMatchObject([{ kind: 'recorded', matched: false }]);
    expect(await results(asTransaction(transaction('t1', { minute: 1 })))).toMatchObject([{ kind: 'decided' }]);
    expect(await results(asLabel(label('t1', { minute: 3 })))).toMatchObject([
      { kind: 'duplicate', first: { matched: true, seq: 1 } },
    ]);
    await rig.publish(opened);
    expect(events()).toMatchObject([
      { type: 'label.recorded', effect: null },
      { type: 'decision.made', amended: [{ amendment: { kind: 'fraud' }, effect: { labelAfter: 'fraud' } }] },
    ]);
  });

  it('an outcome is recorded once, as an event of its own type, and a decline takes what is left', async () => {
    const opened = await rig.openWith([transaction('t1', { amountMinor: 700 })]);
    const outcomes = (['challenged', 'declined', 'approved'] as const).map((value, i) =>
      asLabel(label('t1', { minute: i, value, source: 'issuer' })),
    );
    expect(await results(...outcomes, ...outcomes)).toMatchObject([
      { kind: 'recorded', what: 'label', matched: true, seq: 2 },
      { kind: 'recorded', what: 'label', matched: true, seq: 3 },
      { kind: 'recorded', what: 'label', matched: true, seq: 4 },
      ...outcomes.map((_, i) => ({ kind: 'duplicate', first: { matched: true, seq: 2 + i } })),
    ]);
    await results(asLabel(label('t2', { minute: 9, value: 'declined' })));
    await results(asTransaction(transaction('t2', { minute: 8, amountMinor: 50 })));
    await rig.publish(opened);
    expect(events().slice(1)).toMatchObject([
      ...[0, 700, 0].map((removedMinor) => ({ type: 'outcome.recorded', effect: { removedMinor, labelAfter: null } })),
      { type: 'outcome.recorded', effect: null },
      { type: 'decision.made', amended: [{ amendment: { kind: 'declined' }, effect: { removedMinor: 50 } }] },
    ]);
    const before = await storedStates(rig, accounts);
    await rig.flush();
    expect(await rig.open()).toMatchObject({ wiped: true, replayed: 6 });
    expect(await storedStates(rig, accounts)).toEqual(before);
  });

  it('an outcome whose transaction does not come goes to the dead letters', async () => {
    const opened = await rig.openWith([transaction('t1')]);
    const lost = label('nowhere', { minute: 2, value: 'approved' });
    await results(asLabel(lost));
    await results(asTransaction(transaction('t3', { minute: 8 * DAY })));
    await rig.publish(opened);
    expect(rig.deadLetters.copied).toMatchObject([{ reason: 'unknown_transaction', field: 'transaction_id' }]);
    expect(Buffer.from(rig.deadLetters.copied[0]?.original.value ?? []).toString()).toBe(lost.canonicalJson);
  });

  it('a label whose transaction does not come goes to the dead letters', async () => {
    const opened = await rig.openWith([transaction('t1')]);
    await results(asLabel(label('nowhere', { minute: 2 })));
    await results(asTransaction(transaction('t2', { minute: 6 * DAY })));
    await results(asTransaction(transaction('t3', { minute: 8 * DAY })));
    await rig.publish(opened);
    expect(
      rig.deadLetters.copied.map(({ reason, original }) => [reason, Buffer.from(original.value ?? []).toString()]),
    ).toEqual([['unknown_transaction', label('nowhere', { minute: 2 }).canonicalJson]]);
    expect(await results(asLabel(label('nowhere', { minute: 2 })))).toMatchObject([{ kind: 'duplicate' }]);
  });

  it('a replay makes the same states, bit for bit: decisions, labels early and late, reversals, observed history', async () => {
    const opened = await rig.open();
    await results(asLabel(label('t5', { account: 'acct-5', minute: 4 })), asLabel(label('never', { minute: 4 })));
    await rig.decide(...transactions(0, 30));
    await results(
      asTransaction(transaction('old', { account: 'acct-2', minute: -40 * DAY }), true),
      asLabel(label('t2', { account: 'acct-2', minute: 500 })),
      asTransaction(reversal('r', 't3', { account: 'acct-3', minute: 501, amountMinor: 10 })),
      asLabel(label('t2', { account: 'acct-2', minute: 502, value: 'genuine' })),
    );
    await rig.decide(...transactions(30, 60));
    await rig.publish(opened);
    const before = await storedStates(rig, accounts);
    await rig.flush();
    expect(await rig.open()).toMatchObject({ wiped: true, replayed: 66 });
    expect(await storedStates(rig, accounts)).toEqual(before);
    expect(await results(asLabel(label('t2', { account: 'acct-2', minute: 500 })))).toMatchObject([
      { kind: 'duplicate', first: { matched: true, seq: 34 } },
    ]);
  });

  it('an account that is made anew from the log has its labels', async () => {
    const opened = await rig.openWith(transactions(0, 20));
    await results(asLabel(label('t3', { account: 'acct-3', minute: 100 })));
    await rig.publish(opened);
    await results(asLabel(label('t10', { account: 'acct-3', minute: 101 })));
    const before = await storedStates(rig, accounts);
    const key = rig.keys.partition(0).account('acct-3');
    await rig.connection.redis.setrange(key, 30, 'x');
    expect(await rig.decide(transaction('x', { account: 'acct-3' }))).toMatchObject({ status: 'damaged' });
    expect(await rig.open()).toMatchObject({ mended: ['acct-3'] });
    expect(await storedStates(rig, accounts)).toEqual(before);
  });

  it('labels of a topic move only their own position, refused ones are rejected with their bytes', async () => {
    const opened = await rig.openWith([transaction('t1')]);
    const future = label('t1', { minute: 60 * 24 * 400_000 });
    const items = [label('t1', { minute: 1 }), future].map((made, offset): BatchItem => ({
      kind: 'label',
      label: made,
      original: { topic: LABELS, partition: 0, offset, key: null, value: Buffer.from(made.canonicalJson) },
    }));
    const batch = { partition: 0, input: { topic: LABELS, from: 0, to: 2 }, items };
    expect(await scoreBatch(batch, rig.scoring)).toMatchObject({
      status: 'committed',
      results: [{ kind: 'recorded' }, { kind: 'from_the_future', label: future }],
    });
    expect(await scoreBatch(batch, rig.scoring)).toMatchObject({ results: [{ kind: 'skipped' }, { kind: 'skipped' }] });
    expect((await rig.scoring.store.load(0, [])).input).toEqual(new Map([[LABELS, 2]]));
    await rig.publish(opened);
    expect(rig.deadLetters.copied).toMatchObject([{ reason: 'from_the_future', field: 'reported_at' }]);
  });

  it('history that is only observed changes the state and gets no decision, however late it comes', async () => {
    const opened = await rig.openWith([transaction('now', { minute: 0 })]);
    const old = transaction('old', { minute: -50 * DAY, amountMinor: 5_000 });
    expect(await results(asTransaction(old))).toMatchObject([{ kind: 'too_late' }]);
    expect(await results(asTransaction(old, true))).toEqual([
      { kind: 'recorded', what: 'observed', matched: false, seq: 2 },
    ]);
    expect(await results(asTransaction(old, true))).toMatchObject([{ kind: 'duplicate', first: { seq: 2 } }]);
    expect(await results(asTransaction(old))).toMatchObject([{ kind: 'duplicate', first: { outcome: 'approve' } }]);
    expect(await results(asTransaction(transaction('now', { minute: 0 }), true))).toMatchObject([
      { kind: 'duplicate' },
    ]);
    const [stored] = await rig.owner.store.loadAccounts(0, ['acct-1']);
    const state = decodeAccount(stored?.record as Uint8Array, stored?.version as number);
    expect(state.firstSeenMs).toBe(old.eventTimeMs);
    await rig.publish(opened);
    expect(events()[1]).toMatchObject({ type: 'transaction.recorded', cause: 'observed', seq: 2 });
  });
});
