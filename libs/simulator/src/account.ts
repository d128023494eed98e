import { accountId } from './account-ids.ts';
import { type Contacts, createContacts } from './contacts.ts';
import { createOwnedDevice, type OwnedDevice } from './devices.ts';
import { COUNTRIES, COUNTRY_SUMS, type Country } from './geography.ts';
import type { Market, Merchant } from './market.ts';
import { Random, Streams, runningSums } from './random.ts';
import { MINUTE_MS } from './time.ts';

/** A payment that comes back by itself, always the same. */
export interface Subscription {
  readonly merchant: Merchant;
  readonly amountMinor: number;
  readonly periodDays: number;
  /** Day within the period, and time of that day in UTC. */
  readonly phaseDays: number;
  readonly timeOfDayMs: number;
}

/** Times abroad, at regular distances: a holiday or a business trip. */
export interface Travel {
  readonly periodDays: number;
  readonly phaseDays: number;
  readonly lengthDays: number;
  readonly destination: Country;
}

/** A cardholder with habits. A function of the seed and of `index`. */
export interface Account {
  readonly index: number;
  readonly id: string;
  readonly country: Country;
  readonly lat: number;
  readonly lon: number;
  /** Mean number of purchases a day, subscriptions aside. */
  readonly ratePerDay: number;
  /** How the account's amounts compare with other people's, in the same shops. */
  readonly amountFactor: number;
  readonly amountSigma: number;
  /** By how much its day is later than most people's. */
  readonly hourShift: number;
  /** Shops it comes back to, the dearest first. */
  readonly favourites: readonly Merchant[];
  /** Probability that a purchase is made in a new shop. */
  readonly curiosity: number;
  /** Probability that a purchase in a new shop is made on the net. */
  readonly onlineShare: number;
  /** Probability of a spree of small purchases on a day: games, transport. */
  readonly smallSpreesPerDay: number;
  readonly cardIds: readonly string[];
  readonly devices: readonly OwnedDevice[];
  readonly subscriptions: readonly Subscription[];
  readonly travel: Travel;
  readonly contacts: Contacts;
}

const favouriteSums = Array.from({ length: 32 }, (_, count) =>
  runningSums(Array.from({ length: count }, (_unused, rank) => 1 / (rank + 1.5))),
);

/** One of the shops that the account comes back to. */
export function drawFavourite(account: Account, random: Random): Merchant {
  const sums = favouriteSums[account.favourites.length] as Float64Array;
  return account.favourites[random.weighted(sums)] as Merchant;
}

function createSubscription(random: Random, country: Country, market: Market): Subscription {
  const merchant = market.web(random);
  const periodDays = random.chance(0.85) ? 30 : 7;
  return {
    merchant,
    amountMinor: Math.max(99, Math.round(random.logNormal(11, 0.5) * country.minorPerEuro)),
    periodDays,
    phaseDays: random.below(periodDays),
    timeOfDayMs: random.below(24 * 60) * MINUTE_MS,
  };
}

function createTravel(random: Random): Travel {
  const lengthDays = 3 + random.below(10);
  return {
    lengthDays,
    periodDays: lengthDays + 40 + random.below(240),
    phaseDays: random.below(300),
    destination: COUNTRIES[random.weighted(COUNTRY_SUMS)] as Country,
  };
}

/** Half of all accounts buy less than about 1.2 times a day; one in fifty is a business that buys ten times as much. */
function drawRatePerDay(random: Random): number {
  const personal = Math.min(random.logNormal(1.05, 0.8), 12);
  return random.chance(0.02) ? 6 + 8 * personal : personal;
}

const drawCountry = (random: Random): Country => COUNTRIES[random.weighted(COUNTRY_SUMS)] as Country;

/** Two accounts with neighbouring indices are a household: a device of it may be used by both. */
function drawDevices(random: Random, ofHousehold: OwnedDevice): readonly OwnedDevice[] {
  const own = Array.from({ length: 1 + random.below(3) }, () => createOwnedDevice(random));
  return random.chance(0.3) ? [...own, ofHousehold] : own;
}

interface Surroundings {
  readonly market: Market;
  readonly ofHousehold: OwnedDevice;
  readonly contacts: (country: Country) => Contacts;
}

function createAccount(index: number, random: Random, { market, ofHousehold, contacts }: Surroundings): Account {
  const country = drawCountry(random);
  const [lat, lon] = random.pick(country.cities);
  const onlineShare = random.between(0.15, 0.75);
  const shop = (): Merchant => (random.chance(onlineShare * 0.6) ? market.web(random) : market.street(random, country));
  return {
    index,
    id: accountId(index),
    country,
    lat: lat + 0.1 * random.normal(),
    lon: lon + 0.15 * random.normal(),
    ratePerDay: drawRatePerDay(random),
    amountFactor: random.logNormal(1, 0.45),
    amountSigma: random.between(0.7, 1.15),
    hourShift: random.chance(0.04) ? random.between(7, 13) : 1.2 * random.normal(),
    favourites: Array.from({ length: 5 + random.below(20) }, shop),
    curiosity: random.between(0.08, 0.35),
    onlineShare,
    smallSpreesPerDay: random.chance(0.06) ? random.between(0.01, 0.08) : 0.0008,
    cardIds: Array.from({ length: random.chance(0.25) ? 2 : 1 }, (_, nth) => `c-${index}-${nth + 1}`),
    devices: drawDevices(random, ofHousehold),
    subscriptions: Array.from({ length: random.below(4) }, () => createSubscription(random, country, market)),
    travel: createTravel(random),
    contacts: contacts(country),
  };
}

const TRIES_FOR_A_COMPATRIOT = 60;

/** All accounts that could ever be, made when they are asked for; the first `kept` are remembered. */
export class Population {
  readonly #streams: Streams;
  readonly #households: Streams;
  readonly #friendships: Streams;
  readonly #market: Market;
  readonly #kept: (Account | undefined)[];

  constructor(seed: number, market: Market, kept: number) {
    this.#streams = new Streams(seed, 'account');
    this.#households = new Streams(seed, 'household');
    this.#friendships = new Streams(seed, 'friendship');
    this.#market = market;
    this.#kept = Array.from({ length: kept });
  }

  account(index: number): Account {
    const known = this.#kept[index];
    if (known !== undefined) return known;
    const account = createAccount(index, this.#streams.at(index), {
      market: this.#market,
      ofHousehold: createOwnedDevice(this.#households.at(index >>> 1)),
      contacts: (country) => this.#contacts(index, country),
    });
    if (index < this.#kept.length) this.#kept[index] = account;
    return account;
  }

  /** One of the first `among` accounts, with the currency of `country`, if such a one is soon found. */
  drawCompatriot(random: Random, country: Country, among: number): Account {
    return this.account(this.#drawIndex(random, country, among));
  }

  #contacts(index: number, country: Country): Contacts {
    const random = this.#friendships.at(index);
    const population = this.#kept.length;
    return createContacts(random, () => accountId(this.#drawIndex(random, country, population)), population);
  }

  #drawIndex(random: Random, { currency }: Country, among: number): number {
    let index = random.below(among);
    for (let tries = 1; tries < TRIES_FOR_A_COMPATRIOT; tries += 1) {
      if (this.#countryOf(index).currency === currency) break;
      index = random.below(among);
    }
    return index;
  }

  /** Without making the account: its country is the first that its stream says. */
  #countryOf(index: number): Country {
    return this.#kept[index]?.country ?? drawCountry(this.#streams.at(index));
  }
}
