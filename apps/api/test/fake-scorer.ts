import { setTimeout as delay } from 'node:timers/promises';
import {
  accountEventOf,
  accountReading,
  createHasher,
  DEFAULT_POLICY,
  emptyAccount,
  NO_ENTITY_MARKS,
  reduce,
  TransientFault,
  type AccountState,
  type Decision,
  type DetailCache,
  type Identity,
  type Label,
  type RecordedMention,
  type RecordedVerdict,
  type RequestItem,
  type RequestResult,
  type Transaction,
} from '#libs/core';
import type { Scorer } from '../src/scorer.ts';

type DoneResult = Extract<RequestResult, { status: 'done' }>['result'];

const DAY_MS = 86_400_000;
const hasher = createHasher(new Uint8Array(16));
const PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };

/** The home under which the fake commits. */
const HOME = 'aa:bb:1:1';

/** An in-memory scorer that decides by rules of thumb, remembers identities like the real one, and fails when it is told to. */
export class FakeScorer implements Scorer {
  /** Batches as they came. */
  readonly batches: (readonly (Transaction | Label)[])[] = [];
  /** Why nothing can be decided; null when it can. */
  unavailable: string | null = null;
  /** How long a batch takes. */
  delayMs = 0;
  /** Throws this instead of deciding. */
  bug: Error | null = null;
  /** What `published` answers: up to which seq; null is a store out of reach. */
  publishedSeq: number | null = 0;
  home = HOME;
  hasReplica = true;
  nowMs = Date.UTC(2026, 4, 14, 12);
  #seq = 0;
  readonly #known = new Map<string, RecordedVerdict & { readonly content: number }>();
  readonly #labels = new Map<string, RecordedMention>();
  readonly #accounts = new Map<string, { state: AccountState; version: number }>();
  readonly #takenBack = new Map<string, RecordedMention & { readonly content: number }>();

  async decide({ items }: { items: readonly RequestItem[] }): Promise<readonly RequestResult[]> {
    this.batches.push(items.map((item) => (item.kind === 'label' ? item.label : item.transaction)));
    if (this.delayMs > 0) await delay(this.delayMs);
    if (this.bug !== null) throw this.bug;
    const { unavailable } = this;
    if (unavailable !== null) return items.map(() => ({ status: 'unavailable', reason: unavailable }));
    const results = items.map((item) => {
      return item.kind === 'label' ? this.#record(item.label) : this.#decideOne(item.transaction);
    });
    const timings = { state: 0.61234, features: 0.1, model: 0.2, commit: 0.5 };
    return results.map((result) => ({ status: 'done', result, timings, home: this.home, lastSeq: this.#seq }));
  }

  async find(_partition: number, identity: Identity): ReturnType<Scorer['find']> {
    if (this.unavailable === 'closed') return { status: 'closed' };
    if (this.unavailable !== null) throw new TransientFault(this.unavailable, 'away');
    const known = this.#known.get(keyOf(identity));
    return known === undefined ? { status: 'unknown' } : { status: 'known', verdict: known, content: known.content };
  }

  async read(_partition: number, accountId: string, atMs: number | null): ReturnType<Scorer['read']> {
    if (this.unavailable === 'closed') return { status: 'closed' };
    if (this.unavailable !== null) throw new TransientFault(this.unavailable, 'away');
    const account = this.#accounts.get(accountId);
    if (account === undefined) return { status: 'unknown' };
    const { state, version } = account;
    const { watermarkMs } = state;
    if (atMs !== null && atMs < watermarkMs - DAY_MS) return { status: 'too_late' };
    if (atMs !== null && atMs > this.nowMs) return { status: 'from_the_future' };
    const reading = accountReading(state, { atMs: atMs ?? watermarkMs, version, partitionFloorMs: null });
    return { status: 'read', reading };
  }

  contentOf({ canonicalJson }: Transaction): number {
    let hash = 7;
    for (const char of canonicalJson) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
    return hash;
  }

  async published(): ReturnType<Scorer['published']> {
    if (this.publishedSeq === null) throw new TransientFault('store_unreachable', 'away');
    return { home: this.home, epoch: 1, seq: this.publishedSeq };
  }

  async replicated(): Promise<boolean> {
    return this.hasReplica;
  }

  #record(label: Label): DoneResult {
    const first = this.#labels.get(label.canonicalJson);
    if (first !== undefined) return { kind: 'duplicate', label, first };
    if (label.reportedAtMs > this.nowMs + 300_000) return { kind: 'from_the_future', label };
    if (label.reportedAtMs < this.nowMs - 365 * 86_400_000) return { kind: 'too_late', label };
    this.#seq += 1;
    const mention = { matched: this.#known.has(keyOf(label)), seq: this.#seq };
    this.#labels.set(label.canonicalJson, mention);
    return { kind: 'recorded', what: 'label', ...mention };
  }

  #takeBack(transaction: Transaction): DoneResult {
    const { accountId, transactionId, eventType, originalTransactionId = '' } = transaction;
    const key = `${accountId}/${transactionId}/${eventType}`;
    const content = this.contentOf(transaction);
    const first = this.#takenBack.get(key);
    if (first !== undefined) return { kind: first.content === content ? 'duplicate' : 'conflict', transaction, first };
    this.#seq += 1;
    const matched = this.#known.has(keyOf({ accountId, transactionId: originalTransactionId }));
    const mention = { matched, seq: this.#seq };
    this.#takenBack.set(key, { ...mention, content });
    return { kind: 'recorded', what: eventType === 'refund' ? 'refund' : 'reversal', ...mention };
  }

  #decideOne(transaction: Transaction): DoneResult {
    if (transaction.eventType !== 'authorization') return this.#takeBack(transaction);
    const first = this.#known.get(keyOf(transaction));
    const content = this.contentOf(transaction);
    if (first !== undefined) return { kind: first.content === content ? 'duplicate' : 'conflict', transaction, first };
    if (transaction.eventTimeMs > this.nowMs + 300_000) return { kind: 'from_the_future', transaction };
    if (transaction.eventTimeMs < this.nowMs - 86_400_000) return { kind: 'too_late', transaction };
    this.#seq += 1;
    const decision = decisionOf(transaction, this.nowMs);
    this.#learn({ decision, seq: this.#seq });
    this.#known.set(keyOf(transaction), {
      outcome: decision.outcome,
      riskScore: decision.riskScore,
      seq: this.#seq,
      content,
    });
    return { kind: 'decided', decision, seq: this.#seq };
  }

  #learn({ decision, seq }: { readonly decision: Decision; readonly seq: number }): void {
    const { transaction, outcome, riskScore } = decision;
    const { state = emptyAccount() } = this.#accounts.get(transaction.accountId) ?? {};
    const event = { ...accountEventOf(transaction, hasher), outcome, riskScore, seq };
    this.#accounts.set(transaction.accountId, { state: reduce(state, event, PARAMETERS).state, version: seq });
  }
}

/** An in-memory cache of details. */
export class FakeDetailCache implements DetailCache {
  readonly #values = new Map<string, Uint8Array>();
  away = false;

  async put(
    _partition: number,
    details: readonly { readonly key: string; readonly value: Uint8Array }[],
  ): Promise<void> {
    if (this.away) throw new TransientFault('store_unreachable', 'away');
    for (const { key, value } of details) this.#values.set(key, value);
  }

  async get(_partition: number, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    if (this.away) throw new TransientFault('store_unreachable', 'away');
    return keys.map((key) => this.#values.get(key) ?? null);
  }

  clear(): void {
    this.#values.clear();
  }
}

function keyOf({ accountId, transactionId }: Pick<Identity, 'accountId' | 'transactionId'>): string {
  return `${accountId}/${transactionId}`;
}

/** Holds what is above 1,000.00. */
function decisionOf(transaction: Transaction, nowMs: number): Decision {
  const held = transaction.amountMinor > 100_000;
  return {
    transaction,
    outcome: held ? 'hold' : 'approve',
    riskScore: held ? 620 : 120,
    probability: held ? 0.31 : 0.002,
    riskLevel: held ? 'elevated' : 'low',
    reasons: held ? [{ code: 'MODEL_SCORE', text: 'The risk is too high', source: 'model' }] : [],
    explanation: null,
    model: { id: 'fake', version: '1.0.0', sha256: 'ab'.repeat(32) },
    featureSet: 'cd'.repeat(32),
    policyVersion: DEFAULT_POLICY.version,
    degradedReasons: [],
    vector: new Float32Array([1, 2, 3]),
    entities: NO_ENTITY_MARKS,
    logTruncated: false,
    late: false,
    decidedAtMs: nowMs,
    holdExpiresAtMs: held ? nowMs + DEFAULT_POLICY.holdMs : null,
  };
}
