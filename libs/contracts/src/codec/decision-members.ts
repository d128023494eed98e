import { assert, type Decision, type Explanation, type ModelIdentity, type Reason } from '#libs/core';
import { decisionId } from '../decision-id.ts';
import { SCHEMA_VERSION } from '../dto/event-dto.ts';
import { formatWireTime } from '../wire-time.ts';
import { marksText } from './amendments.ts';
import { vectorToBase64 } from './base64.ts';

/**
 * The members (no braces) of a recorded decision as JSON text: what `toDecisionBody` says, and the transaction and vector that it was made from.
 * Hot path. Ids, times and enumerations need no escaping; the canonical transaction is embedded as it is; everything else is stringified.
 */
export function decisionMembers(decision: Decision, id = decisionId(decision.transaction)): string {
  const { transaction, reasons, degradedReasons, holdExpiresAtMs, vector } = decision;
  let text = `"schema":${SCHEMA_VERSION},"decision_id":"${id}","transaction_id":"${transaction.transactionId}"`;
  text += `,"account_id":"${transaction.accountId}","event_type":"${transaction.eventType}","decision":"${decision.outcome}"`;
  text += `,"risk_score":${numberOrNull(decision.riskScore)},"probability":${numberOrNull(decision.probability)}`;
  text += `,"risk_level":"${decision.riskLevel}","reasons":${reasonsText(reasons)},"rules":[]`;
  text += provenance(decision);
  text += `,"degraded":${degradedReasons.length > 0}`;
  text += `,"degraded_reasons":${degradedReasons.length === 0 ? '[]' : JSON.stringify(degradedReasons)}`;
  if (holdExpiresAtMs !== null) text += `,"hold":{"expires_at":"${formatWireTime(holdExpiresAtMs)}"}`;
  text += `,"occurred_at":"${formatWireTime(transaction.eventTimeMs)}","decided_at":"${formatWireTime(decision.decidedAtMs)}"`;
  text += `,"late":${decision.late},"transaction":${transaction.canonicalJson}`;
  text += `,"vector":"${vectorToBase64(vector)}"`;
  if (decision.explanation !== null) text += `,"explanation":${explanationText(decision.explanation)}`;
  const marks = marksText(decision.entities);
  if (marks !== '') text += `,"entities":${marks}`;
  return decision.logTruncated ? `${text},"log_truncated":true` : text;
}

// Vectors are copied as they lie in memory.
assert(new Uint8Array(Uint32Array.of(1).buffer)[0] === 1, 'the processor is little-endian');

/** The text of a number that JSON must be able to carry: a NaN here would be an event that nobody can ever read. */
function numberOrNull(value: number | null): string {
  assert(value === null || Number.isFinite(value), 'a number in an event is finite');
  return `${value}`;
}

function reasonsText(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return '[]';
  for (const { contribution } of reasons) numberOrNull(contribution ?? null);
  return JSON.stringify(reasons);
}

function explanationText({ bias, contributions }: Explanation): string {
  return `{"bias":${numberOrNull(bias)},"contributions":"${vectorToBase64(contributions)}"}`;
}

interface Provenance {
  readonly model: ModelIdentity | null;
  readonly featureSet: string;
  readonly policyVersion: string;
  readonly text: string;
}

let lastProvenance: Provenance | undefined;

/** Model, feature set and policy: the same for millions of decisions, so the last text is kept. */
function provenance({ model, featureSet, policyVersion }: Decision): string {
  const last = lastProvenance;
  const isSame =
    last !== undefined &&
    last.model === model &&
    last.featureSet === featureSet &&
    last.policyVersion === policyVersion;
  if (isSame) return last.text;
  const text = `,"model":${JSON.stringify(model)},"feature_set":${JSON.stringify(featureSet)},"policy_version":${JSON.stringify(policyVersion)}`;
  lastProvenance = { model, featureSet, policyVersion, text };
  return text;
}
