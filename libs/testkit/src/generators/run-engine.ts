import {
  accountVector,
  addToOverflow,
  admit,
  admitAmendment,
  admitObserved,
  amend,
  bucketOf,
  decodeAccount,
  emptyAccount,
  encodeAccount,
  findAmendment,
  findIdentity,
  findInOverflow,
  OBSERVED,
  reduce,
  type AccountState,
  type Admission,
  type AmendmentAdmission,
  type AmendmentEffect,
  type AppliedAmendment,
  type DecidedEvent,
  type KnownAmendment,
  type KnownTransaction,
  type RecordedAmendment,
  type ReducerParameters,
} from '#libs/core';
import type { AccountStream, AmendmentDelivery, Delivery, TransactionDelivery } from './account-streams.ts';

/** What became of one delivery of a transaction. */
export interface TransactionFate {
  readonly type: 'transaction';
  readonly delivery: TransactionDelivery;
  readonly kind: Admission | 'duplicate' | 'conflict';
  /** The first decision, of a duplicate or a conflict. */
  readonly first: KnownTransaction | null;
  /** Of a scored one, with its final seq. */
  readonly event: DecidedEvent | null;
  /** All that the account says of it. */
  readonly vector: Float32Array | null;
  readonly amended: readonly AppliedAmendment[];
  readonly expired: readonly RecordedAmendment[];
}

/** What became of one delivery of an amendment. */
export interface AmendmentDeliveryFate {
  readonly type: 'amendment';
  readonly delivery: AmendmentDelivery;
  readonly kind: AmendmentAdmission | 'duplicate' | 'conflict';
  readonly first: KnownAmendment | null;
  /** Of an accepted one, with its final seq. */
  readonly amendment: RecordedAmendment | null;
  readonly effect: AmendmentEffect | null;
  readonly expired: readonly RecordedAmendment[];
}

export type Fate = TransactionFate | AmendmentDeliveryFate;

/** An account after a stream. */
export interface EngineRun {
  readonly fates: readonly Fate[];
  readonly state: AccountState;
  /** By bucket. */
  readonly overflow: ReadonlyMap<number, Uint8Array>;
}

/** How the account is kept between batches. */
export interface Keeping {
  /**
   * `bytes`: encoded after every batch with seqs that are only planned, and decoded with the version that the store then gives;
   * `memory`: the state itself, with final seqs from the start.
   */
  readonly between: 'bytes' | 'memory';
  /** Seqs that other commits of the partition take between the reading and the writing of batch i. */
  readonly othersAt?: (batch: number) => number;
  /** The partition's seq before the stream. */
  readonly seqBefore?: number;
  /** What the wall clock says all the time; by default it is ahead of everything. */
  readonly nowMs?: number;
  /** Called with each fate, its seq still as planned, and the state after it. */
  readonly watch?: (fate: Fate, state: AccountState) => void;
}

/** Delivers a stream to one account by the core's functions, in the order that a door calls them. */
export function runEngine({ parameters, batches }: AccountStream, keeping: Keeping): EngineRun {
  const { between, othersAt = () => 0, seqBefore = 0, nowMs = Infinity, watch = () => undefined } = keeping;
  const account: Account = { state: emptyAccount(), overflow: new Map(), parameters, nowMs };
  const fates: Fate[] = [];
  let partitionSeq = seqBefore;
  for (const [index, batch] of batches.entries()) {
    const taken = othersAt(index);
    const base = between === 'memory' ? partitionSeq + taken : partitionSeq;
    const planned: Fate[] = [];
    let seq = base;
    for (const delivery of batch) {
      const fate = settle(delivery, account, seq + 1);
      planned.push(fate);
      if (fate.kind === 'accepted' || fate.kind === 'late') seq++;
      watch(fate, account.state);
    }
    const version = seq + (between === 'memory' ? 0 : taken);
    fates.push(...planned.map((fate) => withFinalSeqs(fate, base, version - seq)));
    if (between === 'bytes' && seq > base) {
      account.state = decodeAccount(encodeAccount(account.state, { base, last: seq }), version);
    }
    partitionSeq = partitionSeq + taken + (seq - base);
  }
  return { fates, state: account.state, overflow: account.overflow };
}

interface Account {
  state: AccountState;
  readonly overflow: Map<number, Uint8Array>;
  readonly parameters: ReducerParameters;
  readonly nowMs: number;
}

const CLOCK = { maxFutureSkewMs: 0, partitionFloorMs: null };

/** Looks a delivery up, admits it and takes it in under `seq`. */
function settle(delivery: Delivery, account: Account, seq: number): Fate {
  return delivery.type === 'transaction' ? decide(delivery, account, seq) : record(delivery, account, seq);
}

function decide(delivery: TransactionDelivery, account: Account, seq: number): TransactionFate {
  const { outcome, riskScore } = delivery.isObserved ? OBSERVED : delivery;
  const { state, overflow, parameters } = account;
  const { identity, content } = delivery.event;
  const first =
    findIdentity(state, identity) ??
    (state.overflowMs === -Infinity ? null : findInOverflow(overflow.get(bucketOf(identity)) ?? null, identity));
  const nothing = {
    type: 'transaction',
    delivery,
    first,
    event: null,
    vector: null,
    amended: [],
    expired: [],
  } as const;
  if (first !== null) return { ...nothing, kind: first.content === content ? 'duplicate' : 'conflict' };
  const limits = { ...CLOCK, ...parameters, nowMs: account.nowMs };
  const kind = (delivery.isObserved ? admitObserved : admit)(state, delivery.event, limits);
  if (kind === 'too_late' || kind === 'from_the_future') return { ...nothing, kind };
  const event = { ...delivery.event, outcome, riskScore, seq };
  const vector = accountVector(state, event);
  const { state: next, evicted, amended, expired } = reduce(state, event, parameters);
  account.state = next;
  for (const entry of evicted) {
    const bucket = bucketOf(entry.identity);
    overflow.set(bucket, addToOverflow(overflow.get(bucket) ?? null, [entry], next.floorMs));
  }
  return { ...nothing, kind, event, vector, amended, expired };
}

function record(delivery: AmendmentDelivery, account: Account, seq: number): AmendmentDeliveryFate {
  const { state, parameters } = account;
  const first = findAmendment(state, delivery.amendment.identity);
  const nothing = { type: 'amendment', delivery, first, amendment: null, effect: null, expired: [] } as const;
  if (first !== null) {
    return { ...nothing, kind: first.content === delivery.amendment.content ? 'duplicate' : 'conflict' };
  }
  const kind = admitAmendment(state, delivery.amendment, { ...CLOCK, nowMs: account.nowMs });
  if (kind !== 'accepted') return { ...nothing, kind };
  const amendment = { ...delivery.amendment, seq };
  const amended = amend(state, amendment, parameters);
  account.state = amended.state;
  return { ...nothing, kind, amendment, effect: amended.effect, expired: amended.expired };
}

/** Planned seqs lie above `base` and move up by `shift` when the batch is committed. */
function withFinalSeqs(fate: Fate, base: number, shift: number): Fate {
  const final = <T extends { seq: number }>(one: T): T => (one.seq > base ? { ...one, seq: one.seq + shift } : one);
  const expired = fate.expired.map(final);
  if (fate.type === 'amendment') {
    const { first, amendment } = fate;
    return { ...fate, expired, first: first && final(first), amendment: amendment && final(amendment) };
  }
  const { first, event } = fate;
  const known = first === null || first.seq === null ? first : final({ ...first, seq: first.seq });
  return { ...fate, expired, first: known, event: event && final(event) };
}
