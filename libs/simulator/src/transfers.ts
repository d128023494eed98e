import type { Account } from './account.ts';
import { drawOutsider, drawSomebody } from './account-ids.ts';
import { type Device, drawDevice, strangeDevice } from './devices.ts';
import { type Payment, toMinor, type Transfer } from './payment.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts';

/** How often a day an account moves much of its money to a bank where its holder has just opened another. */
const MOVES_PER_DAY = 0.0012;
const INSTANT_SHARE = 0.4;

/** Everything genuine that an account transfers on one day (UTC, days since 1970). `timeHere` draws a time of it. */
export function addTransfers(
  payments: Payment[],
  account: Account,
  { day, random, timeHere }: { day: number; random: Random; timeHere: () => number },
): void {
  const { standingOrders, friendlyTransfersPerDay, newBeneficiariesPerDay } = account.contacts;
  for (const { periodDays, phaseDays, timeOfDayMs, euro, beneficiaryId, byHand } of standingOrders) {
    if (day % periodDays !== phaseDays) continue;
    const atMs = day * DAY_MS + timeOfDayMs;
    const device = byHand ? drawDevice(account.devices, random, atMs) : null;
    payments.push(transferOf(euro, account, { atMs, beneficiaryId, instant: false, device }));
  }
  if (random.chance(friendlyTransfersPerDay)) payments.push(toFriend(account, random, timeHere()));
  if (random.chance(newBeneficiariesPerDay)) payments.push(...toSomebodyNew(account, random, timeHere()));
  if (random.chance(MOVES_PER_DAY)) payments.push(...movingOut(account, random, timeHere()));
}

/** One transfer as this account makes them by hand, at a given time. */
export function ordinaryTransfer(account: Account, random: Random, atMs: number): Transfer {
  if (random.chance(0.8)) return toFriend(account, random, atMs);
  return { ...toFriend(account, random, atMs), beneficiaryId: drawSomebody(random, account.contacts.customers) };
}

/** A transfer of `euro`. */
export function transferOf(
  euro: number,
  account: Account,
  more: Pick<Transfer, 'atMs' | 'beneficiaryId' | 'instant' | 'device'>,
): Transfer {
  const { atMs, beneficiaryId, instant, device } = more;
  return { kind: 'transfer', atMs, account, amountMinor: toMinor(euro, account), beneficiaryId, instant, device };
}

/** What an account pays in a month, in euro: the measure of what could be taken from it. */
export function monthlyEuro({ ratePerDay, amountFactor, contacts }: Account): number {
  const standing = contacts.standingOrders.reduce((sum, { euro, periodDays }) => sum + (30 * euro) / periodDays, 0);
  return 30 * ratePerDay * 30 * amountFactor + standing;
}

/** As people choose amounts: the larger, the rounder, though not always. */
export function roundedEuro(euro: number, random: Random): number {
  if (euro < 5 || random.chance(0.4)) return euro;
  const step = euro < 50 ? 5 : euro < 500 ? 10 : euro < 3_000 ? 50 : 500;
  return Math.max(step, step * Math.round(euro / step));
}

/** `transfers`, the first after a trial whether money arrives: of nothing, which is a check of the name, or of next to nothing. */
export function afterTrial(transfers: readonly Transfer[], random: Random): Transfer[] {
  const [first] = transfers as [Transfer];
  const amountMinor = random.chance(0.3) ? 0 : toMinor(random.pick([0.01, 0.01, 1, 1, 2, 5]), first.account);
  const waitMs = 30_000 + Math.floor(random.exponential(6 * MINUTE_MS));
  return [{ ...first, amountMinor }, ...transfers.map((transfer) => ({ ...transfer, atMs: transfer.atMs + waitMs }))];
}

/** What a dinner costs, to a friend, the nearest most often. */
function toFriend(account: Account, random: Random, atMs: number): Transfer {
  const { friendIds } = account.contacts;
  const nth = Math.min(random.below(friendIds.length), random.below(friendIds.length));
  return transferOf(roundedEuro(random.logNormal(20 * account.amountFactor, 0.9), random), account, {
    atMs,
    beneficiaryId: friendIds[nth] as string,
    instant: random.chance(INSTANT_SHARE),
    device: drawDevice(account.devices, random, atMs),
  });
}

/** To somebody who was never paid before: a seller, a craftsman, a clinic. Some pay in two parts. */
function toSomebodyNew(account: Account, random: Random, atMs: number): Transfer[] {
  const first = transferOf(roundedEuro(random.logNormal(85 * account.amountFactor, 1.2), random), account, {
    atMs,
    beneficiaryId: drawSomebody(random, account.contacts.customers),
    instant: random.chance(INSTANT_SHARE),
    device: drawDevice(account.devices, random, atMs),
  });
  const againMs = atMs + Math.floor(random.logNormal(5 * HOUR_MS, 1));
  const transfers = random.chance(0.12) ? [first, { ...first, atMs: againMs }] : [first];
  return random.chance(0.15) ? afterTrial(transfers, random) : transfers;
}

/** To the holder's own new account elsewhere, in parts, because banks have limits; often from a new phone, which was the reason for it. */
function movingOut(account: Account, random: Random, startMs: number): Transfer[] {
  const usual = drawDevice(account.devices, random, startMs);
  const device: Device = random.chance(0.3) ? { id: strangeDevice(random).id, ip: usual.ip } : usual;
  const beneficiaryId = drawOutsider(random);
  const partEuro = monthlyEuro(account) * random.logNormal(0.4, 0.7);
  let atMs = startMs;
  const transfers = Array.from({ length: 1 + random.below(4) }, () => {
    const euro = roundedEuro(partEuro * random.between(0.7, 1.1), random);
    const part = transferOf(euro, account, { atMs, beneficiaryId, instant: random.chance(0.6), device });
    atMs += MINUTE_MS + Math.floor(random.exponential(25 * MINUTE_MS));
    return part;
  });
  return random.chance(0.4) ? afterTrial(transfers, random) : transfers;
}
