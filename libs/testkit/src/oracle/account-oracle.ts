import {
  DAY_MS,
  emptyProfile,
  emptyTimes,
  foldAmount,
  foldTime,
  LONGEST_WINDOW_MS,
  type AccountEvent,
  type AccountState,
  type AmendmentEffect,
  type DecidedEvent,
  type EntityKind,
  type Hash64,
  type RecordedAmendment,
  type ReducerParameters,
} from '#libs/core';
import { keyText, type KnownAmendmentEvent, type KnownEvent, type Past } from './past.ts';
import { stateOf } from './state-of.ts';
import { vectorByDefinition } from './vector-by-definition.ts';

/** What came of an event or an amendment, beside the state. */
export interface Outcomes {
  readonly amended: readonly { readonly identity: Hash64; readonly effect: AmendmentEffect }[];
  readonly expired: readonly Hash64[];
}

const PENDING_CAP = 32;
const AMENDMENT_CAP = 256;

/**
 * What an account's state and vectors must be, from the whole history of its decided events and amendments in seq order. Nothing is incremental but
 * the lists: every value is computed anew from plain arrays, by its definition. It shares with the engine the features' names, the folds of the decayed
 * profiles, which are their own definitions, and reference data. Some 100 us an event at a hundred events.
 */
export class AccountOracle {
  readonly #history: DecidedEvent[] = [];
  #log: readonly KnownEvent[] = [];
  #cutOff: readonly KnownEvent[] = [];
  /** Those in overflow records, but for what was forgotten with all the rest. */
  #overflow: readonly DecidedEvent[] = [];
  #floorMs = -Infinity;
  #amendments: readonly KnownAmendmentEvent[] = [];
  /** Every label that was ever applied. */
  readonly #labels: RecordedAmendment[] = [];
  #amendmentFloorMs = -Infinity;
  #devices: ReadonlyMap<string, number> = new Map();
  #beneficiaries: ReadonlyMap<string, number> = new Map();

  /** What the account says of `event` as its next one, in the order of `ACCOUNT_FEATURES`. */
  accountVectorOf(event: AccountEvent): Float32Array {
    return vectorByDefinition(this.past, event);
  }

  /** Appends a decided event. */
  apply(event: DecidedEvent, { allowedLatenessMs, logCap }: ReducerParameters): Outcomes {
    this.#history.push(event);
    const admissibleFromMs = this.#watermarkMs() - allowedLatenessMs;
    const reachableAfterMs = admissibleFromMs - LONGEST_WINDOW_MS;
    const fresh = { ...event, leftMinor: event.amountMinor, label: null };
    const candidates = [...this.#log, fresh].sort((a, b) => a.eventTimeMs - b.eventTimeMs || a.seq - b.seq);
    const reachable = candidates.filter(({ eventTimeMs }) => eventTimeMs > reachableAfterMs);
    this.#log = reachable.slice(Math.max(0, reachable.length - logCap));

    const kept = new Set(this.#log);
    const left = candidates.filter((row) => !kept.has(row));
    this.#cutOff = [...this.#cutOff, ...left].filter(({ eventTimeMs }) => eventTimeMs > reachableAfterMs);
    this.#remember(left, admissibleFromMs);
    this.#devices = firstTimes(this.#log, 'device', this.#devices);
    this.#beneficiaries = firstTimes(this.#log, 'beneficiary', this.#beneficiaries);

    const waiting = this.#amendments.filter(
      ({ fate, target }) => fate === 'pending' && kept.has(fresh) && isSame(target, event.identity),
    );
    const amended = waiting.map((amendment) => {
      this.#amendments = this.#amendments.map((one) => (one === amendment ? { ...one, fate: 'applied' } : one));
      return { identity: amendment.identity, effect: this.#change(amendment) };
    });
    return { amended, expired: this.#settle(reachableAfterMs) };
  }

  /** Appends an amendment that is new to the account. */
  amend(
    amendment: RecordedAmendment,
    { allowedLatenessMs }: ReducerParameters,
  ): { effect: AmendmentEffect | null; expired: readonly Hash64[] } {
    const isKnown = this.#log.some(({ identity }) => isSame(identity, amendment.target));
    const entry = { ...amendment, fate: isKnown ? 'applied' : 'pending' } as const;
    this.#amendments = [...this.#amendments, entry].sort((a, b) => a.timeMs - b.timeMs || a.seq - b.seq);
    const effect = isKnown ? this.#change(amendment) : null;
    return { effect, expired: this.#settle(this.#watermarkMs() - allowedLatenessMs - LONGEST_WINDOW_MS) };
  }

  /** Identities that left the log and must still be found in overflow records. */
  get overflow(): readonly DecidedEvent[] {
    return this.#overflow.filter(({ eventTimeMs }) => eventTimeMs > this.#floorMs);
  }

  get past(): Past {
    const history = this.#history;
    const own = history.filter(({ currency }) => currency === history[0]?.currency);
    let watermarkMs = -Infinity;
    return {
      history,
      log: this.#log,
      cutOff: this.#cutOff,
      amounts: own.reduce((profile, { amountMinor, eventTimeMs }) => foldAmount(profile, amountMinor, eventTimeMs), emptyProfile()), // prettier-ignore
      times: history.reduce((profile, { eventTimeMs }) => {
        const before = watermarkMs;
        watermarkMs = Math.max(watermarkMs, eventTimeMs);
        return foldTime(profile, eventTimeMs, before);
      }, emptyTimes()),
      devices: this.#devices,
      beneficiaries: this.#beneficiaries,
    };
  }

  get state(): AccountState {
    return stateOf(this.past, {
      floorMs: this.#floorMs,
      overflowMs: Math.max(...timesOf(this.#overflow)),
      amendments: this.#amendments,
      amendmentFloorMs: this.#amendmentFloorMs,
    });
  }

  #remember(left: readonly DecidedEvent[], admissibleFromMs: number): void {
    const evicted = left.filter(({ eventTimeMs }) => eventTimeMs >= admissibleFromMs && eventTimeMs > this.#floorMs);
    const dropped = left.filter(({ eventTimeMs }) => eventTimeMs < admissibleFromMs);
    this.#overflow = [...this.#overflow, ...evicted];
    this.#floorMs = Math.max(this.#floorMs, ...timesOf(dropped), ...evicted.map(() => admissibleFromMs - 1));
    if (this.#overflow.every(({ eventTimeMs }) => eventTimeMs < admissibleFromMs)) {
      this.#floorMs = Math.max(this.#floorMs, ...timesOf(this.#overflow));
      this.#overflow = [];
    }
  }

  /** Applies an amendment to its transaction. */
  #change(amendment: RecordedAmendment): AmendmentEffect {
    const { target, kind, amountMinor, timeMs, seq } = amendment;
    const row = this.#log.find(({ identity }) => isSame(identity, target)) as KnownEvent;
    const before = row.leftMinor ?? 0;
    const isLabel = kind === 'fraud' || kind === 'genuine';
    const isTaken = kind === 'reversal' || kind === 'refund' || kind === 'declined';
    const removedMinor = isTaken ? Math.min(amountMinor, before) : 0;
    const isNewest = this.#labels.every(
      (other) => !isSame(other.target, target) || other.timeMs < timeMs || (other.timeMs === timeMs && other.seq < seq),
    );
    if (isLabel) this.#labels.push(amendment);
    const leftMinor = isTaken ? before - removedMinor || null : row.leftMinor;
    const changed = { ...row, leftMinor, label: isLabel && isNewest ? kind : row.label };
    this.#log = this.#log.map((one) => (one === row ? changed : one));
    return {
      eventTimeMs: row.eventTimeMs,
      amountMinor: before,
      currency: row.currency,
      removedMinor,
      entities: row.entities,
      labelBefore: row.label,
      labelAfter: changed.label,
    };
  }

  /** Ends waiting that is over, and drops what no transaction can need and what is beyond the caps. Gives the amendments that waited in vain. */
  #settle(reachableAfterMs: number): readonly Hash64[] {
    const all = this.#amendments;
    const pending = all.filter(({ fate }) => fate === 'pending');
    const tooMany = pending.slice(0, Math.max(0, pending.length - PENDING_CAP));
    const tooOld = pending.filter(({ timeMs }) => this.#watermarkMs() > timeMs + 7 * DAY_MS);
    const beyond = all.slice(0, Math.max(0, all.length - AMENDMENT_CAP));
    const dropped = new Set([...beyond, ...all.filter(({ timeMs }) => timeMs <= reachableAfterMs)]);
    const inVain = new Set([...tooMany, ...tooOld, ...pending.filter((one) => dropped.has(one))]);
    this.#amendmentFloorMs = Math.max(this.#amendmentFloorMs, ...[...dropped].map(({ timeMs }) => timeMs));
    this.#amendments = all
      .filter((one) => !dropped.has(one))
      .map((one) => (inVain.has(one) ? { ...one, fate: 'unmatched' } : one));
    return all.filter((one) => inVain.has(one)).map(({ identity }) => identity);
  }

  #watermarkMs(): number {
    return Math.max(...timesOf(this.#history));
  }
}

function timesOf(events: readonly DecidedEvent[]): number[] {
  return events.map(({ eventTimeMs }) => eventTimeMs);
}

function isSame(a: Hash64, b: Hash64): boolean {
  return a.high === b.high && a.low === b.low;
}

/** When each key of a kind that the log has was first seen: in its rows now, or before, as long as the log always had it. */
function firstTimes(
  log: readonly KnownEvent[],
  kind: EntityKind,
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { entities, eventTimeMs } of log) {
    const key = keyText(entities[kind]);
    if (key === null) continue;
    first.set(key, Math.min(first.get(key) ?? before.get(key) ?? Infinity, eventTimeMs));
  }
  return first;
}
