import { type Account, drawFavourite, type Device } from './account.ts';
import type { Country } from './geography.ts';
import type { Market, Merchant } from './market.ts';
import { type Purchase, toMinor } from './purchase.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts';

/** Sunday first, as 1970-01-01 was a Thursday. */
const WEEKDAY_FACTOR = [0.75, 0.9, 0.95, 0.95, 1, 1.2, 1.25] as const;
/** Tickets, parking, vending: the price is on the machine. */
const FIXED_PRICE_MCCS = new Set(['4111', '7523', '5499']);

/** A time of the day that starts at `dayStartMs` (UTC), at which this person is likely to buy, in `country`. */
export function drawTime(
  account: Account,
  random: Random,
  { country, dayStartMs }: { country: Country; dayStartMs: number },
): number {
  const part = random.uniform();
  let localHour = 0;
  if (part < 0.2) localHour = 9 + 1.3 * random.normal();
  else if (part < 0.45) localHour = 12.8 + 1.2 * random.normal();
  else if (part < 0.9) localHour = 18.3 + 2 * random.normal();
  else localHour = random.between(7, 24);
  const hour = (((localHour + account.hourShift - country.utcOffsetHours) % 24) + 24) % 24;
  return dayStartMs + Math.floor(hour * HOUR_MS);
}

/** Whether people who live as this account does are up at `atMs`. */
export function isAwake(account: Account, atMs: number): boolean {
  const hour = ((((atMs % DAY_MS) / HOUR_MS + account.country.utcOffsetHours - account.hourShift) % 24) + 24) % 24;
  return hour >= 7 && hour < 23;
}

/** An amount that this account pays in this shop, in euro. */
export function drawAmountEuro(account: Account, merchant: Merchant, random: Random): number {
  const { category } = merchant;
  const median = category.medianEuro * merchant.priceFactor;
  if (FIXED_PRICE_MCCS.has(category.mcc) && random.chance(0.7)) return Math.round(median * 10) / 10;
  const usual = random.logNormal(median * account.amountFactor, category.sigma * account.amountSigma);
  // A washing machine, a flight, the dentist: a few purchases in a thousand are far from usual.
  return random.chance(0.005) ? usual * random.between(3, 10) : usual;
}

/** The device that the account would pay with in this shop. */
function usualDevice(account: Account, merchant: Merchant, random: Random): Device | null {
  return merchant.online ? random.pick(account.devices) : null;
}

/** One purchase as this account makes them, at a given time; `country` is where it is. */
export function ordinaryPurchase(
  account: Account,
  random: Random,
  { market, country, atMs }: { market: Market; country: Country; atMs: number },
): Purchase {
  const abroad = country !== account.country;
  let merchant: Merchant;
  if (abroad && random.chance(0.8)) merchant = market.street(random, country);
  else if (random.chance(account.curiosity))
    merchant = random.chance(account.onlineShare) ? market.web(random) : market.street(random, country);
  else merchant = drawFavourite(account, random);
  // Zero is a check of the account, as when a card is put into a wallet.
  const amountMinor =
    merchant.online && random.chance(0.003) ? 0 : toMinor(drawAmountEuro(account, merchant, random), account);
  return { atMs, account, merchant, amountMinor, device: usualDevice(account, merchant, random) };
}

function shoppingTrip(
  account: Account,
  random: Random,
  { market, country, atMs }: { market: Market; country: Country; atMs: number },
): Purchase[] {
  const online = random.chance(account.onlineShare * 0.6);
  const generosity = random.between(0.8, 2.5);
  let timeMs = atMs;
  return Array.from({ length: 3 + random.below(5) }, () => {
    timeMs += Math.floor(random.exponential(22 * MINUTE_MS));
    const merchant = online ? market.web(random) : market.street(random, country);
    const amountMinor = toMinor(generosity * drawAmountEuro(account, merchant, random), account);
    return { atMs: timeMs, account, merchant, amountMinor, device: usualDevice(account, merchant, random) };
  });
}

function smallSpree(account: Account, random: Random, { market, atMs }: { market: Market; atMs: number }): Purchase[] {
  const merchant = market.web(random);
  const device = random.pick(account.devices);
  const price = Math.round(random.logNormal(2.5, 0.6) * 2) / 2 + 0.49;
  let timeMs = atMs;
  return Array.from({ length: 2 + random.below(6) }, () => {
    timeMs += 5_000 + Math.floor(random.exponential(4 * MINUTE_MS));
    const euro = random.chance(0.6) ? price : price * (1 + random.below(3));
    return { atMs: timeMs, account, merchant, amountMinor: toMinor(euro, account), device };
  });
}

function dueSubscriptions(account: Account, day: number): Purchase[] {
  return account.subscriptions
    .filter(({ periodDays, phaseDays }) => day % periodDays === phaseDays)
    .map(({ merchant, amountMinor, timeOfDayMs }) => ({
      atMs: day * DAY_MS + timeOfDayMs,
      account,
      merchant,
      amountMinor,
      device: account.devices[0] ?? null,
    }));
}

/** Everything genuine that an account does on one day (UTC, days since 1970), in no order; a few may lie just beyond midnight. */
export function genuineDay(
  account: Account,
  day: number,
  { random, market }: { random: Random; market: Market },
): Purchase[] {
  const { travel } = account;
  const abroad = (day + travel.phaseDays) % travel.periodDays < travel.lengthDays;
  const country = abroad ? travel.destination : account.country;
  const dayStartMs = day * DAY_MS;
  const timeHere = (): number => drawTime(account, random, { country, dayStartMs });
  const purchases = account.subscriptions.length === 0 ? [] : dueSubscriptions(account, day);
  const meanCount = account.ratePerDay * (WEEKDAY_FACTOR[(day + 4) % 7] ?? 1) * (abroad ? 1.6 : 1);
  for (let left = random.poisson(meanCount); left > 0; left -= 1) {
    const purchase = ordinaryPurchase(account, random, { market, country, atMs: timeHere() });
    purchases.push(purchase);
    // The first try failed, or so it seemed: the same again.
    if (random.chance(0.006)) purchases.push({ ...purchase, atMs: purchase.atMs + 10_000 + random.below(110_000) });
  }
  if (random.chance(Math.min(0.03, 0.006 * account.ratePerDay) * (abroad ? 2 : 1)))
    purchases.push(...shoppingTrip(account, random, { market, country, atMs: timeHere() }));
  if (random.chance(account.smallSpreesPerDay))
    purchases.push(...smallSpree(account, random, { market, atMs: timeHere() }));
  return purchases;
}
