import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDecision } from '../../test/events.ts';
import { HELD } from '../../test/example-events.ts';
import { toDecisionBody } from '../decision-body.ts';
import { decodeDetail, encodeDetail, isDetailOf } from './detail-codec.ts';

const place = fc.record({ seq: fc.maxSafeNat().map((seq) => seq + 1), content: fc.nat(0xffff_ffff) });

describe('a cached detail', { timeout: 30_000 }, () => {
  it('is read back as the decision, its place and content', () => {
    fc.assert(
      fc.property(anyDecision, place, (decision, { seq, content }) => {
        expect(decodeDetail(encodeDetail(decision, { seq, content }))).toStrictEqual({ decision, seq, content });
      }),
    );
  });

  it("makes a duplicate's answer the first answer but for its evaluation and timings", () => {
    fc.assert(
      fc.property(anyDecision, (decision) => {
        const timingsMs = { state: 0.6, features: 0.1, model: 0.2, commit: 0.5, total: 1.6 };
        const {
          evaluation,
          timings_ms: timings,
          ...first
        } = toDecisionBody(decision, { evaluation: 'new', timingsMs });
        const cached = decodeDetail(encodeDetail(decision, { seq: 1, content: 2 }));
        const again = toDecisionBody(cached?.decision ?? HELD.decision, { evaluation: 'duplicate' });
        expect([evaluation, timings]).toEqual(['new', timingsMs]);
        expect(again).toEqual({ ...first, evaluation: 'duplicate' });
      }),
    );
  });

  it('that this release cannot read is the same as none', () => {
    const bytes = encodeDetail(HELD.decision, { seq: 1, content: 2 });
    const changed = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(bytes).toString().replace(from, to));
    expect(decodeDetail(Buffer.from(''))).toBeUndefined();
    expect(decodeDetail(bytes.subarray(1))).toBeUndefined();
    expect(decodeDetail(changed('"schema":1', '"schema":2'))).toBeUndefined();
    expect(decodeDetail(changed('"event_type":"authorization"', '"event_type":"reversal"'))).toBeUndefined();
    expect(decodeDetail(changed('"seq":1', '"seq":null'))).toBeUndefined();
  });
});

describe('isDetailOf', () => {
  const detail = { decision: HELD.decision, seq: 7, content: 99 };
  const verdict = { outcome: 'hold', riskScore: 620, seq: 7 } as const;

  it('knows the detail of an entry by outcome, score, place and content', () => {
    expect(isDetailOf(detail, { verdict, content: 99 })).toBe(true);
    expect(isDetailOf(detail, { verdict: { ...verdict, seq: null }, content: 99 })).toBe(true);
  });

  it.each([
    ['outcome', { verdict: { ...verdict, outcome: 'approve' as const }, content: 99 }],
    ['score', { verdict: { ...verdict, riskScore: 621 }, content: 99 }],
    ['a score where there was none', { verdict: { ...verdict, riskScore: null }, content: 99 }],
    ['place', { verdict: { ...verdict, seq: 8 }, content: 99 }],
    ['content', { verdict, content: 98 }],
  ])('refuses one with another %s', (_what, entry) => {
    expect(isDetailOf(detail, entry)).toBe(false);
  });
});
