import { type Account, type Device, strangeDevice } from '../account.ts';
import type { Merchant } from '../market.ts';
import { type Purchase, toMinor } from '../purchase.ts';
import type { Episode } from './fraud-scenario.ts';

/** How a thief uses a stolen card: the card itself on the street, or its number on the net. */
export interface Thief {
  readonly device: Device | null;
  shop(): Merchant;
}

/** `onNet` is the probability that only the number was stolen. */
export function drawThief({ account, random, market }: Episode, onNet: number): Thief {
  if (!random.chance(onNet)) return { device: null, shop: () => market.thievesChoice(random, account.country) };
  // A device of the victim's now and then: malware, or somebody of the family.
  const device = random.chance(0.1) ? random.pick(account.devices) : strangeDevice(random);
  return { device, shop: () => market.thievesChoice(random, 'web') };
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
  return {
    atMs,
    account,
    merchant: merchant ?? thief.shop(),
    amountMinor: toMinor(euro, account),
    device: thief.device,
  };
}
