import type { EntityMarks } from './entities/entity-mark.ts';
import type { Explanation } from './explain/explanation.ts';
import type { Transaction } from './transaction.ts';

export type Outcome = 'approve' | 'hold';

export type RiskLevel = 'low' | 'normal' | 'elevated' | 'highest' | 'not_assessed';

/** Why a transaction was held. Codes are stable; `contribution` is in log-odds where it is known. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly contribution?: number;
  readonly source: 'model' | 'rule' | 'policy';
}

/** Which model scored, so that the decision can be made again. */
export interface ModelIdentity {
  readonly id: string;
  readonly version: string;
  /** Hex SHA-256 of the ONNX file. */
  readonly sha256: string;
}

/** The decision of one transaction, before and after it has a place in the log. */
export interface Decision {
  readonly transaction: Transaction;
  readonly outcome: Outcome;
  /** 0 to 1000, a function of the probability; null when no model assessed it. */
  readonly riskScore: number | null;
  /** 0 to 1, calibrated; null when no model assessed it. */
  readonly probability: number | null;
  readonly riskLevel: RiskLevel;
  readonly reasons: readonly Reason[];
  /** Of a hold that a model assessed, unless the model cannot explain it. */
  readonly explanation: Explanation | null;
  readonly model: ModelIdentity | null;
  /** Hex SHA-256 of the feature manifest: which inputs, in which order. */
  readonly featureSet: string;
  readonly policyVersion: string;
  readonly degradedReasons: readonly string[];
  /** The model's input, in manifest order. */
  readonly vector: Float32Array;
  /** Which state of the other entities the vector was computed from. */
  readonly entities: EntityMarks;
  /** Some window reached further back than the events that the account's log has room for. */
  readonly logTruncated: boolean;
  /** Older than the account's watermark when it came. */
  readonly late: boolean;
  readonly decidedAtMs: number;
  /** Only of a hold. */
  readonly holdExpiresAtMs: number | null;
}

/** What an account's own record keeps of a decision for as long as it must recognise the transaction. */
export interface RecordedVerdict {
  readonly outcome: Outcome;
  readonly riskScore: number | null;
  /** Sequence number of its event in the partition's log; null when it is only known to be at most the account's version. */
  readonly seq: number | null;
}

/** What an account keeps of a label, a reversal or a refund. */
export interface RecordedMention {
  /** Whether the account knew, when it was recorded, the transaction that it is about. */
  readonly matched: boolean;
  /** As in `RecordedVerdict`. */
  readonly seq: number | null;
}

/** Why a record of an input topic got no decision, or was not applied. */
export type RejectionReason =
  | 'malformed'
  | 'invalid_transaction'
  | 'invalid_label'
  | 'unknown_transaction'
  | 'unsupported_event_type'
  | 'oversized'
  | 'too_late'
  | 'from_the_future'
  | 'identity_conflict'
  | 'wrong_partition';
