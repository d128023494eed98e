import type { Outcome } from '../decision.ts';
import type { EntityKeys } from '../entities/entity-kind.ts';
import type { Hash64 } from '../hash64.ts';
import { NOWHERE, unpackPlace } from '../place.ts';
import { timeOrNull } from '../time.ts';
import { describeTiles, type DescribedLevel } from '../window/describe-tiles.ts';
import { NO_CATEGORY } from './account-event.ts';
import type { AccountState } from './account-state.ts';
import { entriesOf, type AmendmentEntry } from './amendment-table.ts';
import type { LabelValue } from './amendment.ts';
import type { DecayedProfile } from './decayed-profile.ts';
import { KEY_WORDS } from './key-table.ts';
import { currencyOf, entityKeysAt, PARTY } from './surroundings.ts';
import type { TimeOfDayProfile } from './time-of-day-profile.ts';
import { isOtherCurrency, isReversed, labelOf, unpackVerdict } from './verdict.ts';

/** One row of an account's log, unpacked. Ids are there as their keyed hashes only. */
export interface DescribedEvent {
  readonly eventTimeMs: number;
  readonly seq: number;
  /** What is left of it, in minor units of `currency`. */
  readonly amountMinor: number;
  readonly currency: string;
  /** Whether all of the amount was taken back. */
  readonly reversed: boolean;
  readonly outcome: Outcome;
  readonly riskScore: number | null;
  readonly label: LabelValue | null;
  readonly identity: Hash64;
  readonly content: number;
  /** 32 bits of a hash; null without a counterparty. */
  readonly counterparty: number | null;
  readonly category: number | null;
  readonly country: string | null;
  /** In degrees, on a grid of half a kilometre. */
  readonly place: { readonly lat: number; readonly lon: number } | null;
  readonly entities: EntityKeys;
  /** Since when the account has paid this beneficiary, and has used this device; null without one. */
  readonly beneficiarySinceMs: number | null;
  readonly deviceSinceMs: number | null;
}

/** All that is kept of an account, for people. Times that there are not are null. */
export interface DescribedAccount {
  /** null before its first transaction. */
  readonly currency: string | null;
  readonly firstSeenMs: number | null;
  readonly watermarkMs: number | null;
  /** See `AccountState` for these. */
  readonly floorMs: number | null;
  readonly amendmentFloorMs: number | null;
  readonly truncatedMs: number | null;
  readonly overflowMs: number | null;
  readonly amountProfile: DecayedProfile;
  readonly timeProfile: TimeOfDayProfile;
  /** By (event time, seq). */
  readonly events: readonly DescribedEvent[];
  /** By (time, seq). */
  readonly amendments: readonly AmendmentEntry[];
  /** Of what the cap pushed out of the log, by window; [] while nothing was. */
  readonly tiles: readonly DescribedLevel[];
}

/** Unpacks a state. Pure. */
export function describeAccount(state: AccountState): DescribedAccount {
  const { events, amendments, amountProfile, timeProfile, tiles } = state;
  const rows: DescribedEvent[] = [];
  for (let row = events.first; row < events.end; row++) rows.push(eventAt(state, row));
  return {
    currency: state.currency === '' ? null : state.currency,
    firstSeenMs: timeOrNull(state.firstSeenMs),
    watermarkMs: timeOrNull(state.watermarkMs),
    floorMs: timeOrNull(state.floorMs),
    amendmentFloorMs: timeOrNull(state.amendmentFloorMs),
    truncatedMs: timeOrNull(state.truncatedMs),
    overflowMs: timeOrNull(state.overflowMs),
    amountProfile,
    timeProfile,
    events: rows,
    amendments: entriesOf(amendments),
    tiles: describeTiles(tiles),
  };
}

function eventAt({ events, parties, instruments, currency }: AccountState, row: number): DescribedEvent {
  const verdict = events.verdicts[row]!;
  const [partySlot, instrumentSlot] = [events.parties[row]!, events.instruments[row]!];
  const party = KEY_WORDS * partySlot;
  const instrument = { words: instruments.words, at: KEY_WORDS * instrumentSlot };
  const merchant = parties.words[party + PARTY.merchant]!;
  const country = merchant >>> 16;
  const category = (merchant & 0xffff) - 1;
  const { outcome, riskScore } = unpackVerdict(verdict);
  const place = events.places[row]!;
  return {
    eventTimeMs: events.timesMs[row]!,
    seq: events.seqs[row]!,
    amountMinor: events.amountsMinor[row]!,
    currency: isOtherCurrency(verdict) ? currencyOf(parties.words[party + PARTY.currency]!) : currency,
    reversed: isReversed(verdict),
    outcome,
    riskScore,
    label: labelOf(verdict),
    identity: { high: events.identityHigh[row]!, low: events.identityLow[row]! },
    content: events.contents[row]!,
    counterparty: parties.words[party + PARTY.counterparty]! || null,
    category: category === -1 || category === NO_CATEGORY ? null : category,
    country: country === 0 ? null : String.fromCharCode(country >>> 8, country & 0xff),
    place: place === NOWHERE ? null : unpackPlace(place),
    entities: entityKeysAt(parties.words, party, instrument),
    beneficiarySinceMs: timeOrNull(parties.firstMs[partySlot]!),
    deviceSinceMs: timeOrNull(instruments.firstMs[instrumentSlot]!),
  };
}
