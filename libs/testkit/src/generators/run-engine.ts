import {
  addToOverflow,
  admit,
  bucketOf,
  computeVector,
  decodeAccount,
  emptyAccount,
  encodeAccount,
  findIdentity,
  findInOverflow,
  reduce,
  type AccountState,
  type Admission,
  type DecidedEvent,
  type KnownTransaction,
} from '#libs/core';
import type { AccountStream, Delivery } from './account-streams.ts';

/** What became of one delivery. */
export interface Fate {
  readonly delivery: Delivery;
  readonly kind: Admission | 'duplicate' | 'conflict';
  /** The first decision, of a duplicate or a conflict. */
  readonly first: KnownTransaction | null;
  /** Of a scored one, with its final seq. */
  readonly event: DecidedEvent | null;
  readonly vector: Float32Array | null;
}

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
}

/** Delivers a stream to one account by the core's functions, in the order that a door calls them. */
export function runEngine({ parameters, batches }: AccountStream, keeping: Keeping): EngineRun {
  const { between, othersAt = () => 0, seqBefore = 0 } = keeping;
  const overflow = new Map<number, Uint8Array>();
  const fates: Fate[] = [];
  let state = emptyAccount();
  let partitionSeq = seqBefore;
  for (const [index, batch] of batches.entries()) {
    const taken = othersAt(index);
    const base = between === 'memory' ? partitionSeq + taken : partitionSeq;
    const planned: Fate[] = [];
    let seq = base;
    for (const delivery of batch) {
      const fate = settle(delivery, { state, overflow, allowedLatenessMs: parameters.allowedLatenessMs, seq: seq + 1 });
      planned.push(fate);
      if (fate.event === null) continue;
      seq++;
      const reduction = reduce(state, fate.event, parameters);
      state = reduction.state;
      for (const entry of reduction.evicted) {
        const bucket = bucketOf(entry.identity);
        overflow.set(bucket, addToOverflow(overflow.get(bucket) ?? null, [entry], state.floorMs));
      }
    }
    const version = seq + (between === 'memory' ? 0 : taken);
    fates.push(...planned.map((fate) => withFinalSeqs(fate, base, version - seq)));
    if (between === 'bytes' && seq > base) state = decodeAccount(encodeAccount(state, { base, last: seq }), version);
    partitionSeq = partitionSeq + taken + (seq - base);
  }
  return { fates, state, overflow };
}

function settle(
  delivery: Delivery,
  account: {
    state: AccountState;
    overflow: ReadonlyMap<number, Uint8Array>;
    allowedLatenessMs: number;
    seq: number;
  },
): Fate {
  const { event, outcome, riskScore } = delivery;
  const { state, overflow, allowedLatenessMs, seq } = account;
  const first =
    findIdentity(state, event.identity) ??
    (state.overflowMs === -Infinity
      ? null
      : findInOverflow(overflow.get(bucketOf(event.identity)) ?? null, event.identity));
  const nothing = { delivery, first, event: null, vector: null };
  if (first !== null) return { ...nothing, kind: first.content === event.content ? 'duplicate' : 'conflict' };
  const limits = { nowMs: Infinity, maxFutureSkewMs: 0, allowedLatenessMs, partitionFloorMs: null };
  const kind = admit(state, event, limits);
  if (kind === 'too_late' || kind === 'from_the_future') return { ...nothing, kind };
  return { ...nothing, kind, event: { ...event, outcome, riskScore, seq }, vector: computeVector(state, event) };
}

/** Planned seqs lie above `base` and move up by `shift` when the batch is committed. */
function withFinalSeqs({ event, first, ...rest }: Fate, base: number, shift: number): Fate {
  const final = (seq: number): number => (seq > base ? seq + shift : seq);
  return {
    ...rest,
    event: event === null ? null : { ...event, seq: final(event.seq) },
    first: first === null || first.seq === null ? first : { ...first, seq: final(first.seq) },
  };
}
