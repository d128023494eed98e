import type { IssuerOutcome, LabelValue } from './account/amendment.ts';
import type { EventType } from './transaction.ts';

/**
 * What somebody says of a transaction afterwards: what it was found to have been, or what its issuer did with it. Identity of a label is all of it: what
 * differs in any part is another label.
 */
export interface Label {
  /** Of the transaction that it is about. */
  readonly accountId: string;
  readonly transactionId: string;
  readonly eventType: EventType;
  readonly label: LabelValue | IssuerOutcome;
  /** Who says so. Matches the pattern of ids. */
  readonly source: string;
  /** `reported_at`, milliseconds since 1970 in UTC. Of what it was found to have been, the label with the greatest one is in force. */
  readonly reportedAtMs: number;
  /** Canonical JSON of the known fields after defaults, ASCII only. Two deliveries are the same label iff this is equal. */
  readonly canonicalJson: string;
}
