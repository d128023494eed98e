import type { Account } from './account.ts';
import { deviceAt, drawDevice, type OwnedDevice } from './devices.ts';
import type { Country } from './geography.ts';
import { drawAmountEuro, drawTime, ordinaryPurchase, purchaseIn, usualDevice } from './habits.ts';
import type { Market } from './market.ts';
import { type Payment, type Purchase, toMinor } from './payment.ts';
import type { Random } from './random.ts';
import { DAY_MS, MINUTE_MS } from './time.ts';
import { addTransfers } from './transfers.ts';

/** Sunday first, as 1970-01-01 was a Thursday. */
const WEEKDAY_FACTOR = [0.75, 0.9, 0.95, 0.95, 1, 1.2, 1.25] as const;

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
    const device = usualDevice(account, random, { merchant, atMs: timeMs });
    return purchaseIn(merchant, account, { atMs: timeMs, amountMinor, device });
  });
}

function smallSpree(account: Account, random: Random, { market, atMs }: { market: Market; atMs: number }): Purchase[] {
  const merchant = market.web(random);
  const device = drawDevice(account.devices, random, atMs);
  const price = Math.round(random.logNormal(2.5, 0.6) * 2) / 2 + 0.49;
  let timeMs = atMs;
  return Array.from({ length: 2 + random.below(6) }, () => {
    timeMs += 5_000 + Math.floor(random.exponential(4 * MINUTE_MS));
    const euro = random.chance(0.6) ? price : price * (1 + random.below(3));
    return purchaseIn(merchant, account, { atMs: timeMs, amountMinor: toMinor(euro, account), device });
  });
}

function dueSubscriptions(account: Account, day: number): Purchase[] {
  return account.subscriptions
    .filter(({ periodDays, phaseDays }) => day % periodDays === phaseDays)
    .map(({ merchant, amountMinor, timeOfDayMs }) => {
      const atMs = day * DAY_MS + timeOfDayMs;
      const device = deviceAt(account.devices[0] as OwnedDevice, atMs);
      return purchaseIn(merchant, account, { atMs, amountMinor, device });
    });
}

/** Everything genuine that an account does on one day (UTC, days since 1970), in no order; a few may lie just beyond midnight. */
export function genuineDay(
  account: Account,
  day: number,
  { random, market }: { random: Random; market: Market },
): Payment[] {
  const { travel } = account;
  const abroad = (day + travel.phaseDays) % travel.periodDays < travel.lengthDays;
  const country = abroad ? travel.destination : account.country;
  const dayStartMs = day * DAY_MS;
  const timeHere = (): number => drawTime(account, random, { country, dayStartMs });
  const payments: Payment[] = account.subscriptions.length === 0 ? [] : dueSubscriptions(account, day);
  const meanCount = account.ratePerDay * (WEEKDAY_FACTOR[(day + 4) % 7] ?? 1) * (abroad ? 1.6 : 1);
  for (let left = random.poisson(meanCount); left > 0; left -= 1) {
    const purchase = ordinaryPurchase(account, random, { market, country, atMs: timeHere() });
    payments.push(purchase);
    // The first try failed, or so it seemed: the same again.
    if (random.chance(0.006)) payments.push({ ...purchase, atMs: purchase.atMs + 10_000 + random.below(110_000) });
  }
  if (random.chance(Math.min(0.03, 0.006 * account.ratePerDay) * (abroad ? 2 : 1)))
    payments.push(...shoppingTrip(account, random, { market, country, atMs: timeHere() }));
  if (random.chance(account.smallSpreesPerDay))
    payments.push(...smallSpree(account, random, { market, atMs: timeHere() }));
  addTransfers(payments, account, { day, random, timeHere });
  return payments;
}
