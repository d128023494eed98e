import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDecision } from '../test/events.ts';
import { HELD } from '../test/example-events.ts';
import { createEventCodec } from './codec/event-codec.ts';
import { toDecisionBody, toExpiredDecisionBody, toTransactionReceipt } from './decision-body.ts';
import { DecisionDto, ExpiredDecisionDto, TransactionReceiptDto } from './dto/decision-dto.ts';
import { compileValidator } from './schema.ts';

const strict = { unknownFields: 'refuse', refuseCardNumbers: false, allErrors: true } as const;
const isDecision = compileValidator(DecisionDto, strict);
const isReceipt = compileValidator(TransactionReceiptDto, strict);
const isExpired = compileValidator(ExpiredDecisionDto, strict);

describe('toDecisionBody', { timeout: 30_000 }, () => {
  it('says what the contract says, no more and no less', () => {
    fc.assert(
      fc.property(anyDecision, fc.constantFrom('new', 'duplicate', 'provisional'), (decision, evaluation) => {
        isDecision(JSON.parse(JSON.stringify(toDecisionBody(decision, { evaluation }))));
        expect(isDecision.errors).toBeNull();
      }),
    );
  });

  it('says of a decision what its event in the log says', () => {
    fc.assert(
      fc.property(anyDecision, (decision) => {
        const { evaluation: _evaluation, ...body } = toDecisionBody(decision, { evaluation: 'new' });
        const { value } = createEventCodec().encode({ ...HELD, decision });
        const logged = JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>;
        const members = 'schema event_type transaction vector explanation entities log_truncated input reducer'.split(
          ' ',
        );
        for (const member of members) delete logged[member];
        expect(JSON.parse(JSON.stringify(body))).toEqual(logged);
      }),
    );
  });

  it('has a hold of what is held, and timings where they were taken', () => {
    const timingsMs = { state: 0.6, features: 0.1, model: 0.2, commit: 0.5, total: 1.6 };
    const body = toDecisionBody(HELD.decision, { evaluation: 'new', timingsMs });
    expect(body).toMatchObject({
      decision: 'hold',
      hold: { expires_at: '2026-05-17T09:31:07.412Z' },
      occurred_at: '2026-05-14T09:31:07.412Z',
      degraded: false,
      timings_ms: timingsMs,
    });
    expect(toDecisionBody({ ...HELD.decision, holdExpiresAtMs: null }, { evaluation: 'new' })).not.toHaveProperty(
      'hold',
    );
  });

  it('is degraded exactly when it says why', () => {
    const degraded = toDecisionBody(
      { ...HELD.decision, degradedReasons: ['model_unavailable'] },
      { evaluation: 'new' },
    );
    expect(degraded).toMatchObject({ degraded: true, degraded_reasons: ['model_unavailable'] });
  });
});

describe('toExpiredDecisionBody', () => {
  it.each([620, null])('says what the account still knows, with score %j, under the same id', (riskScore) => {
    const body = toExpiredDecisionBody(HELD.decision.transaction, { outcome: 'hold', riskScore, seq: null });
    isExpired(JSON.parse(JSON.stringify(body)));
    expect(isExpired.errors).toBeNull();
    expect(body).toMatchObject({ decision: 'hold', risk_score: riskScore, evaluation: 'duplicate', detail: 'expired' });
    expect(body.decision_id).toBe(toDecisionBody(HELD.decision, { evaluation: 'new' }).decision_id);
  });
});

describe('toTransactionReceipt', () => {
  it.each(['reversal', 'refund'] as const)(
    'says that a %s was recorded, and whether it is about something known',
    (eventType) => {
      const identity = { accountId: 'acct-1', transactionId: 'tx-1', eventType };
      const body = toTransactionReceipt(identity, { matched: true, evaluation: 'new' });
      isReceipt(JSON.parse(JSON.stringify(body)));
      expect(isReceipt.errors).toBeNull();
      expect(body).toMatchObject({ event_type: eventType, status: 'recorded', matched: true, evaluation: 'new' });
    },
  );
});
