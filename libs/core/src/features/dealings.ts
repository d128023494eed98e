import type { AccountState } from '../account/account-state.ts';
import { KEY_WORDS } from '../account/key-table.ts';
import { PARTY } from '../account/surroundings.ts';
import { DistinctCounter } from './distinct-counter.ts';
import type { Rows } from './log-windows.ts';

/** The part of an account that says whom its events were with. */
type Dealings = Pick<AccountState, 'events' | 'parties'>;

const CATEGORY_BITS = 0xffff;

/** Events with this counterparty; none for 0, which is "no counterparty". */
export function countWithCounterparty({ events, parties }: Dealings, { from, to }: Rows, counterparty: number): number {
  if (counterparty === 0) return 0;
  const { words } = parties;
  const slots = events.parties;
  let count = 0;
  for (let row = from; row < to; row++) {
    if (words[KEY_WORDS * slots[row]! + PARTY.counterparty] === counterparty) count++;
  }
  return count;
}

/** Of the events whose merchant category is known, the share with this one; NaN without such an event, or when `category` is unknown. */
export function shareOfCategory({ events, parties }: Dealings, { from, to }: Rows, category: number): number {
  const asked = (category + 1) & CATEGORY_BITS;
  if (asked === 0) return NaN;
  const { words } = parties;
  const slots = events.parties;
  let known = 0;
  let same = 0;
  for (let row = from; row < to; row++) {
    const other = words[KEY_WORDS * slots[row]! + PARTY.merchant]! & CATEGORY_BITS;
    if (other === 0) continue;
    known++;
    if (other === asked) same++;
  }
  return same / known;
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
