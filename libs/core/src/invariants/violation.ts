/** The invariants of ARCHITECTURE.md that can be read off the topics and the store. I7 and I8 need a run that is repeated or frozen. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I9' | 'I10';

/** One place where an invariant does not hold. Carries ids and positions, never a payload or an amount. */
export interface Violation {
  readonly invariant: Invariant;
  /** What is wrong, in a stable word. */
  readonly code: string;
  /** Of the decision log, unless the detail says otherwise. */
  readonly partition: number;
  readonly seq?: number;
  /** In the topic that the detail speaks of: of `decisions.v1`, or of the input. */
  readonly offset?: number;
  readonly accountId?: string;
  readonly transactionId?: string;
  /** Name of an entity's record. */
  readonly entity?: string;
  /** A sentence for the person who has to find out why. */
  readonly detail: string;
}
