import { NO_ENTITY_MARKS } from '../entities/entity-mark.ts';
import { NO_ENTITIES } from '../entities/entity-views.ts';
import { createEventCodec, createTransactionParser } from '#libs/contracts';
import { accountEventOf } from '../account/account-event-of.ts';
import { encodeAccount } from '../account/account-codec.ts';
import { emptyAccount } from '../account/account-state.ts';
import type { Decision, RejectionReason } from '../decision.ts';
import type { LogEvent, ReducerParameters } from '../event.ts';
import { computeVector } from '../features/compute-vector.ts';
import { eventRecord, openRecord, PROTOCOL_VERSION } from '../log/log-record.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import type { NewLogRecord } from '../ports/decision-log.ts';
import { partitionOf } from '../partition-of.ts';
import { decideTransaction } from '../score/decide-transaction.ts';
import { createHasher } from '../siphash.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import type { Transaction } from '../transaction.ts';
import { InputLedger } from './input-ledger.ts';
import type { HistoryStep } from './history-facts.ts';
import { PartitionHistory } from './partition-history.ts';
import type { StoredState } from './states.ts';
import type { Violation } from './violation.ts';

export const TOPIC = 'transactions.v1';
export const START_MS = Date.UTC(2026, 0, 1);
export const REDUCER: ReducerParameters = { version: 1, allowedLatenessMs: DAY_MS, logCap: 4 };
/** That every decision gets: an approval. */
export const PROBABILITY = 0.125;
const MODEL = { id: 'm', version: '1', sha256: 'a'.repeat(64) };
const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
const codec = createEventCodec();

export const hasher = createHasher(new Uint8Array(16).fill(7));

/** A valid transaction; `minute` counts from the first of January 2026. */
export function transaction(id: string, { account = 'acct-1', minute = 0, amountMinor = 1_000 } = {}): Transaction {
  const wire = {
    transaction_id: id,
    account_id: account,
    occurred_at: new Date(START_MS + minute * MINUTE_MS).toISOString(),
    amount_minor: amountMinor,
    currency: 'EUR',
  };
  const parsed = parser.parseObject(wire);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.transaction;
}

/** A 32-bit hash of some bytes, good enough for a test. */
export function fingerprint({ key, value }: { key: Uint8Array | null; value: Uint8Array | null }): number {
  return hasher.text32(`${Buffer.from(key ?? []).toString('hex')}/${Buffer.from(value ?? []).toString('hex')}`);
}

/** An account whose partition, of twelve, is `partition`. */
export function accountOf(partition: number): string {
  for (let i = 0; ; i++) if (partitionOf(`acct-${i}`, 12) === partition) return `acct-${i}`;
}

/** One partition's log, input and store, made as the service makes them, for a test to break in one place. */
export class ScriptedPartition {
  readonly history: PartitionHistory;
  readonly ledger = new InputLedger();
  readonly steps: HistoryStep[] = [];
  #seq = 0;
  #epoch = 0;
  #offset = 0;
  #inputOffset = 0;

  constructor(partition = 0) {
    const readTransaction = (value: Uint8Array | null): Transaction | null => {
      const parsed = parser.parse(value);
      return parsed.ok ? parsed.transaction : null;
    };
    this.history = new PartitionHistory(partition, { codec, hasher, readTransaction, fingerprint });
  }

  /** Appends an OPEN; the broker's time is `timestampMs`. */
  open(timestampMs = START_MS): void {
    this.#epoch += 1;
    const { position } = this.history;
    this.append(
      openRecord({
        epoch: this.#epoch,
        base: position.seq,
        nonce: `n${this.#epoch}`,
        protocolVersion: PROTOCOL_VERSION,
        table: [],
        claim: null,
      }),
      timestampMs,
    );
  }

  /** Puts a transaction on the input topic; gives its offset. */
  ask(asked: Transaction, { partition = this.history.partition, target = this.history.partition } = {}): number {
    const offset = this.#inputOffset++;
    const { identity, content: hash } = accountEventOf(asked, hasher);
    const original = { key: null, value: bytesOf(asked) };
    this.ledger.add({ partition, offset, target, fingerprint: fingerprint(original), content: { identity, hash } });
    return offset;
  }

  /** Puts a record on the input topic that is no transaction. */
  askNonsense(value: Uint8Array): number {
    const offset = this.#inputOffset++;
    const { partition } = this.history;
    const content = 'malformed' as const;
    this.ledger.add({ partition, offset, target: partition, fingerprint: fingerprint({ key: null, value }), content });
    return offset;
  }

  /** Appends the decision of a transaction, as the scorer would make it, or `altered`. `inputOffset`: null came over HTTP. */
  decide(asked: Transaction, inputOffset: number | null, altered: Partial<Decision> = {}): Decision {
    const before = this.history.accounts.get(asked.accountId)?.state ?? emptyAccount();
    const vector = computeVector(before, accountEventOf(asked, hasher), NO_ENTITIES);
    const late = asked.eventTimeMs < before.watermarkMs;
    const context = { policy: DEFAULT_POLICY, model: MODEL, featureSet: 'f', nowMs: START_MS };
    const scored = { transaction: asked, vector, entities: NO_ENTITY_MARKS, late, logTruncated: false, flaws: [] };
    const decision = {
      ...decideTransaction(scored, { probability: PROBABILITY, explanation: null }, context),
      ...altered,
    };
    const input = inputOffset === null ? null : { topic: TOPIC, next: inputOffset + 1 };
    this.appendEvent({ type: 'decision.made', decision, amended: [], expired: [], input, reducer: REDUCER });
    return decision;
  }

  /** Appends the rejection of a record of the input topic. */
  reject(reason: RejectionReason, value: Uint8Array, offset: number, partition = this.history.partition): void {
    this.appendEvent({
      type: 'transaction.rejected',
      reason,
      field: null,
      detail: '',
      original: { topic: TOPIC, partition, offset, key: null, value },
      input: { topic: TOPIC, next: offset + 1 },
      rejectedAtMs: START_MS,
    });
  }

  appendEvent(event: LogEvent): void {
    this.#seq += 1;
    this.append(eventRecord(codec.encode(event), { epoch: this.#epoch, seq: this.#seq }, null));
  }

  append(record: NewLogRecord, timestampMs = START_MS): void {
    const step = this.history.accept({ ...record, offset: this.#offset++, timestampMs });
    if (step !== null) this.steps.push(step);
  }

  /** What the store has of an account when nothing went wrong. */
  stored(accountId: string): StoredState {
    const account = this.history.accounts.get(accountId);
    if (account === undefined) return { version: null, record: null, overflow: new Map() };
    const { state, overflow } = account;
    return { version: this.#seq, record: encodeAccount(state, null), overflow };
  }
}

/** The bytes of a transaction on the input topic. */
export function bytesOf({ canonicalJson }: Transaction): Uint8Array {
  return Buffer.from(canonicalJson);
}

/** Invariant and code of each violation. */
export function codesOf(violations: readonly Violation[]): string[] {
  return violations.map(({ invariant, code }) => `${invariant} ${code}`);
}
