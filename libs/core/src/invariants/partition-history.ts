import { accountChangeOf, applyChange, OBSERVED } from '../account/account-change.ts';
import { accountEventOf } from '../account/account-event-of.ts';
import type { AccountEvent } from '../account/account-event.ts';
import type {
  DecisionMade,
  InputPosition,
  LabelRecorded,
  OriginalRecord,
  TransactionRecorded,
  TransactionRejected,
} from '../event.ts';
import { assert } from '../faults.ts';
import { LogFollower } from '../log/log-follower.ts';
import type { LogPosition } from '../log/log-rule.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { Hasher } from '../siphash.ts';
import type { Transaction } from '../transaction.ts';
import { FoldedAccount } from './folded-account.ts';
import type { DecidedFact, ExpiredFact, HistoryStep, LabelFact, RejectedFact, ValidMark } from './history-facts.ts';
import { identityKey } from './identity-key.ts';

/** What a history is read with. */
export interface HistoryPorts {
  readonly codec: Pick<EventCodec, 'decode'>;
  readonly hasher: Hasher;
  /** The transaction in a record of an input topic; null when it is none. */
  readonly readTransaction: (value: Uint8Array | null) => Transaction | null;
  /** A 32-bit hash of a record's key and value. */
  readonly fingerprint: (record: Pick<OriginalRecord, 'key' | 'value'>) => number;
}

const EMPTY = new FoldedAccount().state;

/**
 * One partition of `decisions.v1` from its first record on, by the rule: the facts of its valid records and the states that they make.
 * Give it every record, in order. Keeps hashes and ids, no payloads, so that it grows by some 150 bytes an event.
 */
export class PartitionHistory {
  readonly partition: number;
  readonly marks: ValidMark[] = [];
  readonly decisions: DecidedFact[] = [];
  readonly labels: LabelFact[] = [];
  readonly rejections: RejectedFact[] = [];
  readonly expirations: ExpiredFact[] = [];
  /** By seq: labels, reversals and refunds that changed nothing yet. */
  readonly #pending = new Map<number, Pick<ExpiredFact, 'recordedAt' | 'fingerprint'>>();
  readonly accounts = new Map<string, FoldedAccount>();
  /** The first event that settles each identity. */
  readonly byIdentity = new Map<string, DecidedFact>();
  readonly #follower = new LogFollower();
  readonly #ports: HistoryPorts;
  #ignored = 0;

  constructor(partition: number, ports: HistoryPorts) {
    this.partition = partition;
    this.#ports = ports;
  }

  get position(): LogPosition {
    return this.#follower.position;
  }

  get nextOffset(): number {
    return this.#follower.nextOffset;
  }

  /** Records that the rule ignores: of zombies, retries and failed openings. */
  get ignoredRecords(): number {
    return this.#ignored;
  }

  /** Moves past offsets that hold no record. */
  skipTo(offset: number): void {
    this.#follower.skipTo(offset);
  }

  /** null for a record that is no valid event. Throws `LogDiverged`, and what the codec throws for a valid record that it cannot read. */
  accept(record: LogRecord): HistoryStep | null {
    const followed = this.#follower.accept(record);
    if (followed.kind === 'ignored') this.#ignored += 1;
    if (followed.kind !== 'event') {
      if (followed.kind === 'open') this.#mark('open', record, null);
      return null;
    }
    const event = this.#ports.codec.decode(record);
    this.#mark('event', record, event.input);
    const at = { partition: this.partition, seq: followed.seq, offset: record.offset };
    if (event.type !== 'transaction.rejected') this.#waited(event, at, record.key);
    switch (event.type) {
      case 'decision.made':
        return this.#decided(event, at);
      case 'transaction.rejected':
        return this.#rejected(event, at);
      case 'label.recorded':
      case 'outcome.recorded':
        this.#labelled(event, at);
        return { kind: 'recorded', ...at, recorded: event };
      case 'transaction.recorded':
        this.#recorded(event, at);
        return { kind: 'recorded', ...at, recorded: event };
    }
  }

  #mark(kind: 'open' | 'event', { offset, timestampMs }: LogRecord, input: InputPosition | null): void {
    this.marks.push({ kind, ...this.position, offset, timestampMs, input });
  }

  #waited(
    event: DecisionMade | LabelRecorded | TransactionRecorded,
    at: { seq: number; offset: number },
    key: LogRecord['key'],
  ): void {
    const isObserved = event.type === 'transaction.recorded' && event.cause === 'observed';
    if (event.type !== 'decision.made' && !isObserved && event.effect === null) {
      const { canonicalJson } = event.type === 'transaction.recorded' ? event.transaction : event.label;
      const value = Uint8Array.from(canonicalJson, (character) => character.charCodeAt(0));
      this.#pending.set(at.seq, { recordedAt: at.offset, fingerprint: this.#ports.fingerprint({ key, value }) });
    }
    for (const { seq } of event.expired) {
      const pending = seq === null ? undefined : this.#pending.get(seq);
      if (pending !== undefined) this.expirations.push({ seq: at.seq, offset: at.offset, ...pending });
    }
  }

  #labelled(recorded: LabelRecorded, { seq, offset }: { seq: number; offset: number }): void {
    const { accountId, transactionId } = recorded.label;
    const { identity } = this.#changed(recorded, seq);
    this.labels.push({ identity, accountId, transactionId, seq, offset });
  }

  #recorded(recorded: TransactionRecorded, { seq, offset }: { seq: number; offset: number }): void {
    const { transaction, cause } = recorded;
    const { accountId, transactionId } = transaction;
    const { identity, content } = this.#changed(recorded, seq);
    const place = { accountId, transactionId, seq, offset };
    this.#settled({ what: cause, identity, content, ...place, ...OBSERVED, fromInput: recorded.input !== null });
  }

  /** Makes the change that the event is to its account; what was changed by. */
  #changed(event: LabelRecorded | TransactionRecorded, seq: number): Pick<AccountEvent, 'identity' | 'content'> {
    const change = accountChangeOf(event, seq, this.#ports.hasher);
    assert(change !== null, 'what is recorded changes its account');
    applyChange(this.#account(change.accountId), change);
    return change.kind === 'added' ? change.event : change.amendment;
  }

  #settled(fact: DecidedFact): void {
    this.decisions.push(fact);
    const key = identityKey(fact.identity);
    if (!this.byIdentity.has(key)) this.byIdentity.set(key, fact);
  }

  #decided(made: DecisionMade, at: { partition: number; seq: number; offset: number }): HistoryStep {
    const { transaction, outcome, riskScore } = made.decision;
    const { accountId, transactionId } = transaction;
    const event = accountEventOf(transaction, this.#ports.hasher);
    const account = this.#account(accountId);
    const before = account.state;
    const known = account.find(event.identity);
    account.apply({ ...event, outcome, riskScore, seq: at.seq }, made.reducer);
    const { identity, content } = event;
    const { seq, offset } = at;
    const fromInput = made.input !== null;
    const place = { accountId, transactionId, seq, offset };
    this.#settled({ what: 'decided', identity, content, ...place, outcome, riskScore, fromInput });
    return { kind: 'decided', ...at, made, event, before, known };
  }

  #rejected(rejected: TransactionRejected, at: { partition: number; seq: number; offset: number }): HistoryStep {
    const { hasher, readTransaction, fingerprint } = this.#ports;
    const { reason, original } = rejected;
    const transaction = readTransaction(original.value);
    const event = transaction === null ? null : accountEventOf(transaction, hasher);
    this.rejections.push({
      reason,
      seq: at.seq,
      offset: at.offset,
      origin: { topic: original.topic, partition: original.partition, offset: original.offset },
      fingerprint: fingerprint(original),
      identity: event?.identity ?? null,
      content: event?.content ?? null,
    });
    if (transaction === null || event === null) return { kind: 'rejected', ...at, rejected, refused: null };
    const account = this.accounts.get(transaction.accountId);
    const before = account?.state ?? EMPTY;
    const known = account?.find(event.identity) ?? null;
    return { kind: 'rejected', ...at, rejected, refused: { transaction, event, before, known } };
  }

  #account(accountId: string): FoldedAccount {
    const known = this.accounts.get(accountId);
    if (known !== undefined) return known;
    const fresh = new FoldedAccount();
    this.accounts.set(accountId, fresh);
    return fresh;
  }
}
