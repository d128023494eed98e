import {
  type Amendment,
  type AmendmentEffect,
  type Decision,
  type DecisionMade,
  type Label,
  type LabelRecorded,
  NO_ENTITY_MARKS,
  type TransactionRecorded,
  type TransactionRejected,
} from '#libs/core';
import { createLabelParser, createTransactionParser } from '../src/index.ts';
import { LABEL_EXAMPLE } from './labels.ts';
import { EXAMPLE } from './transactions.ts';

const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: false });

/** The core's transaction of a wire one. */
export function toTransaction(value: unknown): Decision['transaction'] {
  const parsed = parser.parseObject(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields));
  return parsed.transaction;
}

const labelParser = createLabelParser({ unknownFields: 'refuse', refuseCardNumbers: false });

/** The core's label of a wire one. */
export function toLabel(value: unknown): Label {
  const parsed = labelParser.parseObject(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields));
  return parsed.label;
}

/** One held transaction, as the first release wrote it. */
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
    explanation: null,
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

/** One refused record, as the fixtures have it. */
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

const EFFECT: AmendmentEffect = {
  eventTimeMs: Date.parse('2026-05-14T09:31:07.412Z'),
  amountMinor: 12_999,
  currency: 'EUR',
  removedMinor: 0,
  entities: {
    card: { high: 0x0123_4567, low: 0x89ab_cdef },
    terminal: { high: 0, low: 9 },
    device: { high: 0xffff_ffff, low: 0xffff_ffff },
    ip: null,
    beneficiary: null,
  },
  labelBefore: null,
  labelAfter: 'fraud',
};

const FRAUD: Amendment = {
  kind: 'fraud',
  identity: { high: 1, low: 2 },
  content: 3,
  timeMs: Date.parse('2026-05-14T09:00:00.000Z'),
  target: { high: 4, low: 5 },
  amountMinor: 0,
};

const DECLINED = { ...FRAUD, kind: 'declined', amountMinor: Infinity } as const;

/** The same with all that a decision can have, as the fixtures have it. */
export const HELD_IN_FULL: DecisionMade = {
  ...HELD,
  decision: {
    ...HELD.decision,
    entities: { ...NO_ENTITY_MARKS, card: { folded: 12, mark: 4_000_000_000 }, ip: { folded: 1, mark: 7 } },
    logTruncated: true,
  },
  amended: [{ amendment: FRAUD, effect: EFFECT }],
  expired: [
    { ...DECLINED, seq: 41 },
    { ...FRAUD, kind: 'refund', amountMinor: 500, seq: null },
  ],
};

/** One label, as the fixtures have it. */
export const LABELLED: LabelRecorded = {
  type: 'label.recorded',
  label: toLabel(LABEL_EXAMPLE),
  effect: EFFECT,
  expired: [],
  input: { topic: 'labels.v1', next: 18 },
  reducer: { version: 1, allowedLatenessMs: 86_400_000, logCap: 512 },
  recordedAtMs: Date.parse('2026-06-02T11:00:00.250Z'),
};

/** One outcome, as the fixtures have it. */
export const DECLINED_LATER: LabelRecorded = {
  ...LABELLED,
  type: 'outcome.recorded',
  label: toLabel({ ...LABEL_EXAMPLE, label: 'declined', source: 'issuer', reported_at: '2026-05-14T09:31:09.000Z' }),
  effect: { ...EFFECT, removedMinor: 12_999, labelAfter: null },
  input: { topic: 'labels.v1', next: 19 },
  recordedAtMs: Date.parse('2026-05-14T09:31:09.250Z'),
};

/** One observed transaction, as the fixtures have it. */
export const OBSERVED: TransactionRecorded = {
  type: 'transaction.recorded',
  transaction: toTransaction(EXAMPLE),
  cause: 'observed',
  effect: null,
  amended: [],
  expired: [],
  input: { topic: 'transactions.v1', next: 4713 },
  reducer: { version: 1, allowedLatenessMs: 86_400_000, logCap: 512 },
  recordedAtMs: Date.parse('2026-06-02T11:00:00.250Z'),
};
