import { createEventCodec, createTransactionParser } from '#libs/contracts';
import {
  type Decision,
  eventRecord,
  type LogEvent,
  LogFollower,
  type LogRecord,
  type NewLogRecord,
  NO_ENTITY_MARKS,
  openRecord,
  PROTOCOL_VERSION,
  type Transaction,
} from '#libs/core';
import type { InMemoryLog } from '../fakes/in-memory-log.ts';

const START_MS = Date.UTC(2026, 0, 1);
const REDUCER = { version: 1, allowedLatenessMs: 86_400_000, logCap: 512 };
const parser = createTransactionParser({ unknownFields: 'refuse', refuseCardNumbers: true });
const codec = createEventCodec();

/** A payment with the entities that are named; `second` counts from the first of January 2026. */
export function payment(
  id: string,
  fields: {
    readonly account: string;
    readonly second?: number;
    readonly terminal?: string;
    readonly card?: string;
    readonly beneficiary?: string;
  },
): Transaction {
  const { account, second = 0, terminal, card, beneficiary } = fields;
  const parsed = parser.parseObject({
    transaction_id: id,
    account_id: account,
    occurred_at: new Date(START_MS + second * 1_000).toISOString(),
    amount_minor: 1_000,
    currency: 'EUR',
    ...(terminal === undefined ? {} : { terminal_id: terminal }),
    ...(card === undefined ? {} : { card_id: card }),
    ...(beneficiary === undefined ? {} : { counterparty_account_id: beneficiary }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.transaction;
}

/** The event of an approval. */
export function approved(transaction: Transaction): LogEvent {
  const decision: Decision = {
    transaction,
    outcome: 'approve',
    riskScore: 1,
    probability: 0.001,
    riskLevel: 'low',
    reasons: [],
    explanation: null,
    model: null,
    featureSet: 'f',
    policyVersion: 'p',
    degradedReasons: [],
    vector: new Float32Array(0),
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late: false,
    decidedAtMs: transaction.eventTimeMs,
    holdExpiresAtMs: null,
  };
  return { type: 'decision.made', decision, amended: [], expired: [], input: null, reducer: REDUCER };
}

/** Writes one partition of a log in memory as its owners do, and as zombies do. Give it a partition that nobody else writes. */
export class ScriptedLog {
  readonly #log: InMemoryLog;
  readonly #partition: number;
  #follower = new LogFollower();

  constructor(log: InMemoryLog, partition: number) {
    this.#log = log;
    this.#partition = partition;
  }

  /** Where the log stands by the rule. */
  get position(): LogFollower['position'] {
    return this.#follower.position;
  }

  /** A valid OPEN. */
  open(): this {
    const { epoch, seq } = this.position;
    const claim = this.#follower.claim;
    const table = [{ epoch: epoch + 1, base: seq }];
    const open = { epoch: epoch + 1, base: seq, nonce: 'n', protocolVersion: PROTOCOL_VERSION, table, claim };
    return this.write(openRecord(open));
  }

  /** Valid events, appended together. */
  append(...events: readonly LogEvent[]): this {
    if (this.position.epoch === 0) this.open();
    const { epoch, seq } = this.position;
    return this.write(...this.records(events, { epoch, seq: seq + 1 }));
  }

  /** Valid decisions, appended together. */
  decide(...transactions: readonly Transaction[]): this {
    return this.append(...transactions.map(approved));
  }

  /** Records of events under marks that begin at `first`, whatever the rule says of them. The last carries a claim. */
  records(events: readonly LogEvent[], first: { readonly epoch: number; readonly seq: number }): NewLogRecord[] {
    return events.map((event, i) => {
      const mark = { epoch: first.epoch, seq: first.seq + i };
      return eventRecord(codec.encode(event), mark, i === events.length - 1 ? this.#follower.claim : null);
    });
  }

  write(...records: readonly NewLogRecord[]): this {
    this.#log.write(this.#partition, records);
    return this.#follow();
  }

  /** The log loses its end, and what is written now takes its place. */
  truncate(high: number): this {
    this.#log.truncate(this.#partition, high);
    this.#follower = new LogFollower();
    return this.#follow();
  }

  /** The valid events of the whole log, in order. */
  valid(): readonly { readonly event: LogEvent; readonly record: LogRecord }[] {
    const follower = new LogFollower();
    return this.#log.records(this.#partition).flatMap((record) => {
      const isEvent = follower.accept(record).kind === 'event';
      return isEvent ? [{ event: codec.decode(record), record }] : [];
    });
  }

  #follow(): this {
    for (const record of this.#log.records(this.#partition)) this.#follower.accept(record);
    return this;
  }
}
