import type { LabelParser, TransactionParser } from '#libs/contracts';
import {
  accountChangeOf,
  accountEventOf,
  applyChange,
  computeVector,
  NO_ENTITIES,
  type DecisionMade,
  type EventCodec,
  FoldedAccount,
  type Hasher,
  type LogEvent,
  LogFollower,
  type LogPosition,
  type LogRecord,
  type TransactionRejected,
} from '#libs/core';
import { labelled, type Place, type Replayed, unreadable } from './replayed.ts';
import type { VectorComparison } from './vector-comparison.ts';

/** What a log is replayed with. */
export interface LogReplayTools {
  readonly codec: Pick<EventCodec, 'decode'>;
  readonly hasher: Hasher;
  readonly transactions: TransactionParser;
  readonly labels: LabelParser;
  /** Name of the topic that labels come on. */
  readonly labelsTopic: string;
  readonly comparison: VectorComparison;
}

/** One partition of `decisions.v1` from its first record on, by the rule: the states that its valid events make, and each vector computed anew. */
export class PartitionReplay {
  readonly #partition: number;
  readonly #tools: LogReplayTools;
  readonly #follower = new LogFollower();
  readonly #accounts = new Map<string, FoldedAccount>();
  #ignored = 0;

  constructor(partition: number, tools: LogReplayTools) {
    this.#partition = partition;
    this.#tools = tools;
  }

  /** Of the last valid record. */
  get position(): LogPosition {
    return this.#follower.position;
  }

  /** Accounts that have events in it. */
  get accounts(): number {
    return this.#accounts.size;
  }

  /** Records that the rule ignores. */
  get ignoredRecords(): number {
    return this.#ignored;
  }

  /** What a record came to, if it is a valid event. Takes every record, in order. Throws `LogDiverged`, and what the codec throws for a valid event that it cannot read. */
  accept(record: LogRecord): Replayed | null {
    const followed = this.#follower.accept(record);
    if (followed.kind === 'ignored') this.#ignored += 1;
    if (followed.kind !== 'event') return null;
    const { seq } = followed;
    const event = this.#tools.codec.decode(record);
    const replayed = this.#replayed(event, [this.#partition, seq]);
    const change = accountChangeOf(event, seq, this.#tools.hasher);
    if (change !== null) applyChange(this.#account(change.accountId), change);
    return replayed;
  }

  #replayed(event: LogEvent, place: Place): Replayed {
    switch (event.type) {
      case 'decision.made':
        return this.#decided(event, place);
      case 'transaction.recorded': {
        const { transaction, cause, effect, amended, expired } = event;
        return { kind: 'recorded', place, what: cause, transaction, effect, amended, expired: expired.length };
      }
      case 'label.recorded':
      case 'outcome.recorded': {
        const { label, effect, expired } = event;
        return labelled(place, label, { effect, expired: expired.length });
      }
      case 'transaction.rejected':
        return this.#rejected(event, place);
    }
  }

  #decided({ decision, amended, expired }: DecisionMade, place: Place): Replayed {
    const { transaction } = decision;
    const { accountId, transactionId } = transaction;
    const event = accountEventOf(transaction, this.#tools.hasher);
    const recomputed = computeVector(this.#account(accountId).state, event, NO_ENTITIES);
    const [partition, seq] = place as [number, number];
    const owner = { partition, seq, account_id: accountId, transaction_id: transactionId };
    const vector = this.#tools.comparison.compare(decision, recomputed, owner);
    return { kind: 'decided', place, decision, vector, amended, expired: expired.length };
  }

  #rejected({ reason, field, original }: TransactionRejected, place: Place): Replayed {
    const { transactions, labels, labelsTopic } = this.#tools;
    if (original.topic === labelsTopic) {
      const parsed = labels.parse(original.value);
      if (!parsed.ok) return unreadable(place, 'label', { ...parsed, reason });
      return { kind: 'label', place, label: parsed.label, answer: reason, effect: null, expired: 0 };
    }
    const parsed = transactions.parse(original.value);
    return { kind: 'refused', place, reason, field, transaction: parsed.ok ? parsed.transaction : null };
  }

  #account(accountId: string): FoldedAccount {
    const known = this.#accounts.get(accountId);
    if (known !== undefined) return known;
    const fresh = new FoldedAccount();
    this.#accounts.set(accountId, fresh);
    return fresh;
  }
}
