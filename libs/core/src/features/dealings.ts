import type { AccountState } from '../account/account-state.ts';
import { KEY_WORDS, type KeyTable } from '../account/key-table.ts';
import { PARTY } from '../account/surroundings.ts';
import { DistinctCounter } from './distinct-counter.ts';
import type { Rows } from './log-windows.ts';

/** The part of an account that says whom its events were with. */
type Dealings = Pick<AccountState, 'events' | 'parties'>;

const CATEGORY_BITS = 0xffff;

/** What a window's events had to do with a counterparty and with a merchant category. */
export interface Familiarity {
  /** Events with this counterparty; none for 0, which is "no counterparty". */
  readonly withCounterparty: number;
  /** Of the events whose merchant category is known, the share with this one; NaN without such an event, or when `category` is unknown. */
  readonly shareOfCategory: number;
}

const IS_COUNTERPARTY = 1;
const HAS_CATEGORY = 2;
const IS_CATEGORY = 4;

/** What each party is, by slot, as a sum of the above: there are fewer parties than events, and then an event costs no comparison. */
let kinds = new Uint8Array(64);
const inner = new Uint32Array(8);
const outer = new Uint32Array(8);

/**
 * How well an account knows the counterparty of an event in the rows of `twoMonths`, and its category in those of `month`, which they contain and with
 * which they end.
 */
export function familiarityOf(
  { events, parties }: Dealings,
  { month, twoMonths }: { readonly month: Rows; readonly twoMonths: Rows },
  { counterparty, category }: { readonly counterparty: number; readonly category: number },
): Familiarity {
  const asked = (category + 1) & CATEGORY_BITS;
  markParties(parties, counterparty, asked);
  inner.fill(0);
  outer.fill(0);
  const slots = events.parties;
  for (let row = twoMonths.from; row < month.from; row++) outer[kinds[slots[row]!]!]!++;
  for (let row = month.from; row < month.to; row++) inner[kinds[slots[row]!]!]!++;
  const known = countOf(inner, HAS_CATEGORY);
  return {
    withCounterparty: countOf(inner, IS_COUNTERPARTY) + countOf(outer, IS_COUNTERPARTY),
    shareOfCategory: asked === 0 ? NaN : countOf(inner, IS_CATEGORY) / known,
  };
}

function markParties({ words, slots }: KeyTable, counterparty: number, asked: number): void {
  if (kinds.length < slots) kinds = new Uint8Array(2 * slots);
  for (let slot = 0, at = 0; slot < slots; slot++, at += KEY_WORDS) {
    const category = words[at + PARTY.merchant]! & CATEGORY_BITS;
    kinds[slot] =
      (counterparty !== 0 && words[at + PARTY.counterparty] === counterparty ? IS_COUNTERPARTY : 0) |
      (category !== 0 ? HAS_CATEGORY : 0) |
      (category !== 0 && category === asked ? IS_CATEGORY : 0);
  }
}

/** How many were of a kind. */
function countOf(byKind: Uint32Array, kind: number): number {
  let count = 0;
  for (let sum = 1; sum < 8; sum++) if ((sum & kind) !== 0) count += byKind[sum]!;
  return count;
}

/** Different counterparties and countries in windows that end alike. */
export interface Distinct {
  readonly counterpartiesInHour: number;
  readonly counterpartiesInDay: number;
  readonly countriesInDay: number;
}

const counterparties = new DistinctCounter();
const countries = new DistinctCounter();

/** How many different counterparties and countries there were, in the rows of `hour` and of `day`, which contains it. */
export function distinctIn({ events, parties }: Dealings, hour: Rows, day: Rows): Distinct {
  const { words } = parties;
  const slots = events.parties;
  counterparties.clear(day.to - day.from);
  countries.clear(day.to - day.from);
  let counterpartiesInHour = 0;
  for (let row = day.to - 1; row >= day.from; row--) {
    const at = KEY_WORDS * slots[row]!;
    counterparties.add(words[at + PARTY.counterparty]!);
    countries.add(words[at + PARTY.merchant]! >>> 16);
    if (row === hour.from) counterpartiesInHour = counterparties.count;
  }
  return { counterpartiesInHour, counterpartiesInDay: counterparties.count, countriesInDay: countries.count };
}
