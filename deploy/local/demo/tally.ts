import { type Decision, type LogEvent, minorPerMajor } from '#libs/core';
import type { SimulatedEvent } from '#libs/simulator';
import type { HttpOutcome } from './http-sender.ts';
import { Latencies, type Quantiles, RecentLatencies } from './latencies.ts';

/** A hold as people see it on the screen. */
export interface SeenHold {
  readonly atMs: number;
  readonly accountId: string;
  readonly amount: string;
  readonly riskScore: number | null;
  readonly reason: string;
}

type Door = 'kafka' | 'http';

const RECENT_MS = 10_000;
const HOLDS_SHOWN = 6;
/** For how long a decision is remembered, to see it if it came twice, and a transaction that got none is waited for. */
const MEMORY_MS = 600_000;

/** What was asked and what became of it, seen from outside: by the senders, and by a reader of the log. */
export class Tally {
  readonly #waiting = new Map<string, { readonly dueMs: number; readonly door: Door }>();
  readonly #decidedAtMs = new Map<string, number>();
  readonly #readBack = new Latencies();
  readonly #answered = new Latencies();
  readonly #recentReadBack = new RecentLatencies(RECENT_MS);
  readonly #recentAnswered = new RecentLatencies(RECENT_MS);
  readonly #recentDecisions = new RecentLatencies(RECENT_MS);
  readonly recentHolds: SeenHold[] = [];
  transactions = 0;
  decided = 0;
  holds = 0;
  late = 0;
  decidedTwice = 0;
  readonly httpStatuses = new Map<number, number>();
  readonly httpFaults: string[] = [];

  /** This transaction is sent, or sent again; it must be decided once. */
  asked({ transaction }: SimulatedEvent, dueMs: number, door: Door): void {
    const key = `${transaction.account_id} ${transaction.transaction_id}`;
    if (this.#waiting.has(key) || this.#decidedAtMs.has(key)) return;
    this.transactions += 1;
    this.#waiting.set(key, { dueMs, door });
  }

  /** A valid event was read back from the log. */
  readBack(event: LogEvent, nowMs: number): void {
    if (event.type !== 'decision.made') return;
    const { decision } = event;
    const key = `${decision.transaction.accountId} ${decision.transaction.transactionId}`;
    if (this.#decidedAtMs.has(key)) {
      this.decidedTwice += 1;
      return;
    }
    this.#decidedAtMs.set(key, nowMs);
    this.decided += 1;
    if (decision.late) this.late += 1;
    if (decision.outcome === 'hold') this.#seeHold(decision, nowMs);
    const asked = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#recentDecisions.add(nowMs, 0);
    if (asked?.door !== 'kafka') return;
    this.#readBack.add(nowMs - asked.dueMs);
    this.#recentReadBack.add(nowMs, nowMs - asked.dueMs);
  }

  /** A request that was to be sent at `dueMs` has its outcome. */
  answered(outcome: HttpOutcome, dueMs: number, nowMs: number): void {
    if ('fault' in outcome) {
      this.httpFaults.push(outcome.fault);
      return;
    }
    this.httpStatuses.set(outcome.status, (this.httpStatuses.get(outcome.status) ?? 0) + 1);
    this.#answered.add(nowMs - dueMs);
    this.#recentAnswered.add(nowMs, nowMs - dueMs);
  }

  /** Transactions that were asked and are not decided. */
  get undecided(): number {
    return this.#waiting.size;
  }

  /** From the intended moment of sending to the decision read back from the log, for what went to Kafka. */
  get readBackMs(): Quantiles {
    return this.#readBack.quantiles;
  }

  /** From the intended moment of sending to the answer. */
  get answeredMs(): Quantiles {
    return this.#answered.quantiles;
  }

  /** The last ten seconds. */
  recentAt(nowMs: number): {
    readonly perSecond: number;
    readonly readBackMs: Quantiles;
    readonly answeredMs: Quantiles;
  } {
    this.#forget(nowMs);
    return {
      perSecond: this.#recentDecisions.quantilesAt(nowMs).count / (RECENT_MS / 1_000),
      readBackMs: this.#recentReadBack.quantilesAt(nowMs),
      answeredMs: this.#recentAnswered.quantilesAt(nowMs),
    };
  }

  #seeHold({ transaction, riskScore, reasons }: Decision, nowMs: number): void {
    this.holds += 1;
    const perMajor = minorPerMajor(transaction.currency);
    const digits = Math.round(Math.log10(perMajor));
    const amount = `${(transaction.amountMinor / perMajor).toFixed(digits)} ${transaction.currency}`;
    const [reason] = reasons;
    this.recentHolds.unshift({
      atMs: nowMs,
      accountId: transaction.accountId,
      amount,
      riskScore,
      reason: reason === undefined ? '' : `${reason.code}: ${reason.text}`,
    });
    this.recentHolds.length = Math.min(this.recentHolds.length, HOLDS_SHOWN);
  }

  /** Entries lie in the order of their times. */
  #forget(nowMs: number): void {
    for (const [key, atMs] of this.#decidedAtMs) {
      if (atMs > nowMs - MEMORY_MS) break;
      this.#decidedAtMs.delete(key);
    }
  }
}
