import type {
  Amendment,
  AmendmentEffect,
  AppliedAmendment,
  Decision,
  DecisionMade,
  EntityKeys,
  EntityMarks,
  ExpiredAmendment,
  LabelRecorded,
  LogEvent,
  TransactionRecorded,
  TransactionRejected,
} from '#libs/core';
import fc from 'fast-check';
import { toLabel, toTransaction } from './example-events.ts';
import { validLabel } from './labels.ts';
import { validTransaction } from './transactions.ts';

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

const uint32 = fc.nat(0xffff_ffff);
const hash64 = record({ high: uint32, low: uint32 });
const amountMinor = fc.integer({ min: 0, max: 1_000_000_000_000 });
const labelValue = fc.constantFrom('fraud', 'genuine');
/** One member for each kind of entity, some of them null. */
const ofEachKind = (value: fc.Arbitrary<unknown>) => {
  const perhaps = fc.option(value, { nil: null });
  return record({ card: perhaps, terminal: perhaps, device: perhaps, ip: perhaps, beneficiary: perhaps });
};
const entityKeys = ofEachKind(hash64) as fc.Arbitrary<EntityKeys>;
const entityMarks = ofEachKind(record({ folded: fc.maxSafeNat(), mark: uint32 })) as fc.Arbitrary<EntityMarks>;

const amendmentModel = {
  kind: fc.constantFrom('fraud', 'genuine', 'reversal', 'refund', 'declined', 'approved', 'challenged'),
  identity: hash64,
  content: uint32,
  timeMs,
  target: hash64,
  amountMinor: fc.oneof(amountMinor, fc.constant(Infinity)),
};
const effect = record({
  eventTimeMs: timeMs,
  amountMinor,
  currency: fc.stringMatching(/^[A-Z]{3}$/),
  removedMinor: amountMinor,
  entities: entityKeys,
  labelBefore: fc.option(labelValue, { nil: null }),
  labelAfter: fc.option(labelValue, { nil: null }),
}) as fc.Arbitrary<AmendmentEffect>;
const amendment = record(amendmentModel) as fc.Arbitrary<Amendment>;
const amended: fc.Arbitrary<AppliedAmendment[]> = fc.array(record({ amendment, effect }), { maxLength: 2 });
const seq = fc.option(fc.integer({ min: 1 }), { nil: null });
const expired = fc.array(record({ ...amendmentModel, seq }), { maxLength: 2 }) as fc.Arbitrary<ExpiredAmendment[]>;

/** Any decision that the core can make, with every kind of float32 in its vector. */
export const anyDecision: fc.Arbitrary<Decision> = record({
  transaction: validTransaction.map((value) => toTransaction({ ...value, event_type: 'authorization' })),
  outcome: fc.constantFrom('approve', 'hold'),
  riskScore: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }),
  probability: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs), { nil: null }),
  riskLevel: fc.constantFrom('low', 'normal', 'elevated', 'highest', 'not_assessed'),
  reasons: fc.array(reason, { maxLength: 3 }),
  explanation: fc.option(record({ bias: finite, contributions: fc.float32Array({ maxLength: 80 }) }), { nil: null }),
  model: fc.option(record({ id: anyText, version: anyText, sha256: hex }), { nil: null }),
  featureSet: hex,
  policyVersion: anyText,
  degradedReasons: fc.array(anyText, { maxLength: 2 }),
  vector: fc.float32Array({ maxLength: 80 }),
  entities: entityMarks,
  logTruncated: fc.boolean(),
  late: fc.boolean(),
  decidedAtMs: timeMs,
  holdExpiresAtMs: fc.option(timeMs, { nil: null }),
}) as fc.Arbitrary<Decision>;

const reducer = record({ version: fc.nat(), allowedLatenessMs: fc.nat(), logCap: fc.nat() });

const decisionMade: fc.Arbitrary<DecisionMade> = record({
  type: fc.constant('decision.made'),
  decision: anyDecision,
  amended,
  expired,
  input: fc.option(input, { nil: null }),
  reducer,
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

const labelRecorded: fc.Arbitrary<LabelRecorded> = record({
  type: fc.constantFrom('label.recorded', 'outcome.recorded'),
  label: validLabel.map(toLabel),
  effect: fc.option(effect, { nil: null }),
  expired,
  input: fc.option(input, { nil: null }),
  reducer,
  recordedAtMs: timeMs,
});

const transactionRecorded: fc.Arbitrary<TransactionRecorded> = record({
  type: fc.constant('transaction.recorded'),
  transaction: validTransaction.map(toTransaction),
  cause: fc.constantFrom('observed', 'reversal', 'refund'),
  effect: fc.option(effect, { nil: null }),
  amended,
  expired,
  input: fc.option(input, { nil: null }),
  reducer,
  recordedAtMs: timeMs,
});

/** Any event that takes a place in the log. */
export const anyEvent: fc.Arbitrary<LogEvent> = fc.oneof(
  decisionMade,
  transactionRejected,
  labelRecorded,
  transactionRecorded,
);
