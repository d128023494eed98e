import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyInput, HOUR_MS, scoreBatch, type InputItem, type ScoringPorts, type StateStore } from '#libs/core';
import { INPUT_TOPIC, inputBatch, PartitionRig } from '../../src/rig/partition-rig.ts';
import { transaction } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';

const LOG_CAP = 4;

describe('a busy account', () => {
  let rig: PartitionRig;
  beforeEach(async () => {
    rig = await PartitionRig.start({ logCap: LOG_CAP, allowedLatenessMs: HOUR_MS });
  });
  afterEach(() => rig.stop());

  const busy = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => transaction(`t${from + i}`, { minute: from + i }));
  const kindsOf = (result: Awaited<ReturnType<typeof scoreBatch>>): string[] =>
    result.status === 'committed' ? result.results.map(({ kind }) => kind) : [result.status];

  it('a hot account against a 64-record batch: it is halved down to one record and goes through', async () => {
    await rig.open();
    const hotAt = new Set([10, 50]);
    const records = Array.from({ length: 64 }, (_, i) =>
      transaction(`r${i}`, { account: hotAt.has(i) ? 'hot' : `acct-${i}`, minute: 1 }),
    );
    // Over HTTP the hot account is written between the reading and the commit of every batch that is larger than one record.
    const sizes: number[] = [];
    let written = 0;
    const store = overriding<StateStore>(rig.scoring.store, {
      commit: async (request) => {
        sizes.push(request.events.length);
        const meetsHot = request.accounts.some(({ accountId }) => accountId === 'hot');
        if (meetsHot && request.events.length > 1) {
          await rig.decide(transaction(`h${written++}`, { account: 'hot', minute: 1 }));
        }
        return rig.scoring.store.commit(request);
      },
    });
    const work = inputBatch(0, records);
    const refusals: string[] = [];
    const applied = await applyInput(
      { partition: 0, input: { topic: INPUT_TOPIC, from: 0, to: 64 }, items: work.items as InputItem[] },
      { ...rig.scoring, store },
      { committed: () => undefined, refused: (reason) => refusals.push(reason), abandoned: () => false },
    );
    expect(applied).toEqual({ status: 'applied', next: 64 });
    expect(sizes.slice(0, 10)).toEqual([64, 64, 64, 32, 32, 32, 16, 16, 16, 8]);
    expect(sizes).toContain(1);
    expect(new Set(refusals)).toEqual(new Set(['conflict']));
    expect((await rig.scoring.store.load(0, [])).seq).toBe(64 + written);
  });

  it('is recognised by its overflow records when its log has pushed a transaction out', async () => {
    const opened = await rig.open();
    for (const one of busy(0, 40)) await rig.decide(one);
    expect((await rig.keyNames()).filter((name) => name.startsWith('o:')).length).toBeGreaterThan(10);
    expect(kindsOf(await rig.decide(...busy(0, 40)))).toEqual(busy(0, 40).map(() => 'duplicate'));
    expect(kindsOf(await rig.decide(transaction('t3', { minute: 3, amountMinor: 5 })))).toEqual(['conflict']);
    await rig.publish(opened);
    const names = (await rig.keyNames()).filter((name) => /^[ao]:/.test(name));
    await rig.flush();
    await rig.open();
    expect((await rig.keyNames()).filter((name) => /^[ao]:/.test(name))).toEqual(names);
    expect(kindsOf(await rig.decide(...busy(0, 40)))).toEqual(busy(0, 40).map(() => 'duplicate'));
  });

  it('a duplicate after the overflow was cut is too late, and never decided again', async () => {
    await rig.open();
    for (const one of busy(0, 12)) await rig.decide(one);
    for (const one of busy(200, 240)) await rig.decide(one);
    // Some buckets were written again, without the old entries; what is in the others is still known.
    const kinds = kindsOf(await rig.decide(...busy(0, 12)));
    expect(new Set(kinds)).toEqual(new Set(['too_late', 'duplicate']));
    // More lateness by configuration does not bring back what the account has forgotten.
    const lateness = 24 * HOUR_MS;
    const rules = { ...rig.scoring.rules, allowedLatenessMs: lateness };
    const patient: ScoringPorts = {
      ...rig.scoring,
      rules: { ...rules, reducer: { ...rules.reducer, allowedLatenessMs: lateness } },
    };
    const items = busy(0, 12).map((one) => ({ kind: 'transaction', transaction: one, original: null }) as const);
    const again = await scoreBatch({ partition: 0, input: null, items }, patient);
    expect(kindsOf(again)).toEqual(kinds);
    expect((await rig.scoring.store.load(0, [])).seq).toBe(52);
  });

  it("watermark shared by accounts and moved by others' commits", async () => {
    await rig.open();
    for (const one of busy(0, 12)) await rig.decide(one);
    const before = (await rig.copy()).filter(([name]) => /^[ao]:acct-1/.test(name));
    const DAYS_AHEAD = 10 * 24 * 60;
    for (let i = 0; i < 12; i++) await rig.decide(transaction(`far${i}`, { account: 'other', minute: DAYS_AHEAD + i }));
    expect((await rig.copy()).filter(([name]) => /^[ao]:acct-1/.test(name))).toEqual(before);
    expect(kindsOf(await rig.decide(transaction('t12', { minute: 12 }), ...busy(0, 12)))).toEqual([
      'decided',
      ...busy(0, 12).map(() => 'duplicate'),
    ]);
  });
});
