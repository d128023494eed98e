import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountStreams, NO_CONTEXT, runEngine, type EngineRun } from '#libs/testkit';
import { emptyEntity } from '../entities/entity-state.ts';
import { NO_ENTITIES } from '../entities/entity-views.ts';
import { ENTITY_PARAMETERS, reduceEntity } from '../entities/reduce-entity.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { ACCOUNT_FEATURE_INDEX, ACCOUNT_FEATURES } from './account-features.ts';
import { after, event, T } from './account-under-test.test-support.ts';
import { accountVector, computeVector } from './compute-vector.ts';
import { FEATURE_INDEX, FEATURES } from './manifest.ts';

function bytesOf(vector: Float32Array): string {
  return Array.from(new Uint32Array(vector.buffer), (word) => word.toString(16)).join(' ');
}

function vectorsOf(run: EngineRun): Map<number, string> {
  return new Map(
    run.fates.flatMap((fate) =>
      fate.type === 'transaction' && fate.event && fate.vector ? [[fate.event.seq, bytesOf(fate.vector)] as const] : [],
    ),
  );
}

describe('the vector', () => {
  it('is what the account says and then what the other entities say, in the order of the manifest', () => {
    const state = after(event(T - HOUR_MS), event(T - 1, { amountMinor: 777 }), event(T - 1));
    const terminal = { high: 1, low: 2 };
    const asked = event(T, { entities: { ...NO_CONTEXT.entities, terminal } });
    const { identity, currency, entities } = asked;
    const account = { high: 3, low: 4 };
    const change = {
      type: 'transaction',
      identity,
      eventTimeMs: T - 1,
      amountMinor: 50,
      currency,
      account,
      entities,
    } as const;
    const known = reduceEntity(emptyEntity('terminal'), { change, role: 'subject' }, ENTITY_PARAMETERS);
    const vector = computeVector(state, asked, { ...NO_ENTITIES, terminal: known });
    expect(vector).toHaveLength(FEATURES.length);
    expect(bytesOf(vector.slice(0, ACCOUNT_FEATURES.length))).toBe(bytesOf(accountVector(state, asked)));
    expect(vector[FEATURE_INDEX.term_cnt_24h]).toBe(1);
    expect(vector[FEATURE_INDEX.amount_over_term_mean_7d]).toBe(20);
    expect(vector[FEATURE_INDEX.device_fraud_cnt_30d]).toBe(0);
    expect(computeVector(state, asked, NO_ENTITIES)[FEATURE_INDEX.term_cnt_24h]).toBe(0);
  });

  it('has only NaN or finite values of magnitude below 2^24, and one kind of NaN', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(accountStreams({ maxDeliveries: 30 }), (stream) => {
        for (const fate of runEngine(stream, { between: 'memory' }).fates) {
          if (fate.type === 'amendment' || fate.vector === null) continue;
          const { vector } = fate;
          const bits = new Uint32Array(vector.buffer);
          const isSound = (value: number, i: number): boolean =>
            Number.isNaN(value) ? bits[i] === 0x7fc00000 : Math.abs(value) < 2 ** 24;
          expect(vector.every(isSound)).toBe(true);
        }
      }),
    );
  });

  it('does not change when anything after it does: causality', { timeout: 60_000 }, () => {
    const cut = fc.tuple(accountStreams({ maxDeliveries: 30 }), accountStreams({ maxDeliveries: 10 }), fc.nat());
    fc.assert(
      fc.property(cut, ([stream, other, at]) => {
        const kept = at % stream.batches.length;
        const changed = { ...stream, batches: [...stream.batches.slice(0, kept), ...other.batches] };
        const before = vectorsOf(runEngine(stream, { between: 'memory' }));
        const vectors = vectorsOf(runEngine(changed, { between: 'memory' }));
        const shared = runEngine({ ...stream, batches: stream.batches.slice(0, kept) }, { between: 'memory' });
        for (const seq of vectorsOf(shared).keys()) expect(vectors.get(seq)).toBe(before.get(seq));
      }),
    );
  });

  it('of a late event does not see what happened after its own time, but for the decayed profiles', () => {
    const gap = fc.integer({ min: 1, max: 20 * HOUR_MS });
    fc.assert(
      fc.property(gap, fc.integer({ min: 0, max: 10 ** 6 }), fc.nat(3), (gapMs, amountMinor, counterparty) => {
        const past = [event(T - 3 * DAY_MS), event(T - HOUR_MS), event(T - 1)];
        const late = event(T, { counterparty: 2 });
        const seen = accountVector(after(...past, event(T + gapMs)), late);
        const other = accountVector(after(...past, event(T + gapMs, { amountMinor, counterparty })), late);
        const changed = ACCOUNT_FEATURES.filter((_, i) => !Object.is(other[i], seen[i]));
        expect(changed.filter(({ state }) => state !== 'D' && state !== 'V')).toEqual([]);
        expect(seen[ACCOUNT_FEATURE_INDEX.acct_cnt_1h]).toBe(1);
      }),
    );
  });
});
