import { type Account, drawFavourite } from './account.ts';
import { type Device, drawDevice } from './devices.ts';
import type { Country } from './geography.ts';
import type { Market, Merchant } from './market.ts';
import { type Purchase, toMinor } from './payment.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

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

/** A purchase in this shop by whichever card is at hand and at whichever till is free. */
export function purchaseIn(
  merchant: Merchant,
  account: Account,
  { atMs, amountMinor, device }: { atMs: number; amountMinor: number; device: Device | null },
): Purchase {
  return { kind: 'purchase', atMs, account, merchant, amountMinor, device, card: null, till: null };
}

/** The device that the account would pay with in this shop at `atMs`. */
export function usualDevice(
  account: Account,
  random: Random,
  { merchant, atMs }: { merchant: Merchant; atMs: number },
): Device | null {
  return merchant.online ? drawDevice(account.devices, random, atMs) : null;
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
  return purchaseIn(merchant, account, { atMs, amountMinor, device: usualDevice(account, random, { merchant, atMs }) });
}
