import { type Decision, type DecisionMade, NO_ENTITY_MARKS, type TransactionRejected } from '#libs/core';
import fc from 'fast-check';
import { createTransactionParser } from '../src/index.ts';
import { EXAMPLE, validTransaction } from './transactions.ts';

const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: false });

function toTransaction(value: unknown): Decision['transaction'] {
  const parsed = parser.parseObject(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields));
  return parsed.transaction;
}

const MAX_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');
const timeMs = fc.integer({ min: 0, max: MAX_TIME_MS });
/** Objects as literals make them. */
const record: typeof fc.record = (model: object, constraints: object = {}) =>
  fc.record(model as never, { ...constraints, noNullPrototype: true } as never) as never;
const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
/** JSON has one zero; nothing that is reported is a negative zero. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const topic = fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/);
const offset = fc.maxSafeNat().map((value) => Math.floor(value / 10));
const input = record({ topic, next: offset });
const bytes = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null });

const reason = record(
  { code: anyText, text: anyText, contribution: finite, source: fc.constantFrom('model', 'rule', 'policy') },
  { requiredKeys: ['code', 'text', 'source'] },
);

/** Any decision that the core can make, with every kind of float32 in its vector. */
export const anyDecision: fc.Arbitrary<Decision> = record({
  transaction: validTransaction.map(toTransaction),
  outcome: fc.constantFrom('approve', 'hold'),
  riskScore: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }),
  probability: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs), { nil: null }),
  riskLevel: fc.constantFrom('low', 'normal', 'elevated', 'highest', 'not_assessed'),
  reasons: fc.array(reason, { maxLength: 3 }),
  model: fc.option(record({ id: anyText, version: anyText, sha256: hex }), { nil: null }),
  featureSet: hex,
  policyVersion: anyText,
  degradedReasons: fc.array(anyText, { maxLength: 2 }),
  vector: fc.float32Array({ maxLength: 80 }),
  entities: fc.constant(NO_ENTITY_MARKS),
  logTruncated: fc.constant(false),
  late: fc.boolean(),
  decidedAtMs: timeMs,
  holdExpiresAtMs: fc.option(timeMs, { nil: null }),
}) as fc.Arbitrary<Decision>;

const decisionMade: fc.Arbitrary<DecisionMade> = record({
  type: fc.constant('decision.made'),
  decision: anyDecision,
  amended: fc.constant([]),
  expired: fc.constant([]),
  input: fc.option(input, { nil: null }),
  reducer: record({ version: fc.nat(), allowedLatenessMs: fc.nat(), logCap: fc.nat() }),
});

const transactionRejected = record({
  type: fc.constant('transaction.rejected'),
  reason: fc.constantFrom('malformed', 'invalid_transaction', 'oversized', 'too_late', 'identity_conflict'),
  field: fc.option(anyText, { nil: null }),
  detail: anyText,
  original: record({ topic, partition: fc.nat(), offset, key: bytes, value: bytes }),
  input,
  rejectedAtMs: timeMs,
}) as fc.Arbitrary<TransactionRejected>;

/** Any event that takes a place in the log. */
export const anyEvent: fc.Arbitrary<DecisionMade | TransactionRejected> = fc.oneof(decisionMade, transactionRejected);

/** One held transaction, as the fixtures of version 1 have it. */
export const HELD: DecisionMade = {
  type: 'decision.made',
  decision: {
    transaction: toTransaction(EXAMPLE),
    outcome: 'hold',
    riskScore: 620,
    probability: 0.31,
    riskLevel: 'elevated',
    reasons: [
      { code: 'MODEL_SCORE', text: 'The model’s score is above the limit', contribution: 1.91, source: 'model' },
    ],
    model: { id: 'baseline', version: '1.0.0', sha256: 'a'.repeat(64) },
    featureSet: 'b'.repeat(64),
    policyVersion: 'default-1',
    degradedReasons: [],
    vector: Float32Array.of(4.87, Number.NaN, -0, 1e-40, 16_777_215),
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late: false,
    decidedAtMs: Date.parse('2026-05-14T09:31:07.498Z'),
    holdExpiresAtMs: Date.parse('2026-05-17T09:31:07.412Z'),
  },
  amended: [],
  expired: [],
  input: { topic: 'transactions.v1', next: 4712 },
  reducer: { version: 1, allowedLatenessMs: 86_400_000, logCap: 512 },
};

/** One refused record, as the fixtures of version 1 have it. */
export const REJECTED: TransactionRejected = {
  type: 'transaction.rejected',
  reason: 'invalid_transaction',
  field: 'currency',
  detail: 'Must match ^[A-Z]{3}$.',
  original: {
    topic: 'transactions.v1',
    partition: 3,
    offset: 4711,
    key: Uint8Array.from(Buffer.from('acct-4821')),
    value: Uint8Array.of(0x7b, 0xff, 0x00, 0x7d),
  },
  input: { topic: 'transactions.v1', next: 4712 },
  rejectedAtMs: Date.parse('2026-05-14T09:31:07.498Z'),
};
