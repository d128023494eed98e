import type { Account } from '../account.ts';
import { type Device, deviceAt, strangeDevice } from '../devices.ts';
import type { Merchant } from '../market.ts';
import { type Purchase, toMinor } from '../payment.ts';
import type { Episode } from './fraud-scenario.ts';

/** How a thief uses a stolen card: the card itself on the street, or its number on the net. */
export interface Thief {
  readonly device: Device | null;
  /** Place of the card among the account's. */
  readonly card: number;
  shop(): Merchant;
}

/** `onNet` is the probability that only the number was stolen. */
export function drawThief({ account, random, market, startMs }: Episode, onNet: number): Thief {
  const card = random.below(account.cardIds.length);
  if (!random.chance(onNet)) return { device: null, card, shop: () => market.thievesChoice(random, account.country) };
  // A device of the victim's now and then: malware, or somebody of the family.
  const device = random.chance(0.1) ? deviceAt(random.pick(account.devices), startMs) : strangeDevice(random);
  return { device, card, shop: () => market.thievesChoice(random, 'web') };
}

/** What this account pays in an ordinary shop, in euro: the measure of what would stand out. */
export function usualEuro(account: Account): number {
  return 24 * account.amountFactor;
}

/** A payment of `euro` by the thief. */
export function payment(
  account: Account,
  thief: Thief,
  { atMs, euro, merchant }: { atMs: number; euro: number; merchant?: Merchant },
): Purchase {
  const { device, card } = thief;
  const amountMinor = toMinor(euro, account);
  return { kind: 'purchase', atMs, account, merchant: merchant ?? thief.shop(), amountMinor, device, card, till: null };
}
