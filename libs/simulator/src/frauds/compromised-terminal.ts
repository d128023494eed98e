import type { Account } from '../account.ts';
import { drawAmountEuro, drawTime, purchaseIn } from '../habits.ts';
import type { Merchant } from '../market.ts';
import { type Purchase, toMinor } from '../payment.ts';
import { strangeDevice } from '../devices.ts';
import type { Random } from '../random.ts';
import type { Episode, FraudScenario } from './fraud-scenario.ts';
import { payment, type Thief, usualEuro } from './loot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/** Somebody paid there genuinely: which card, where, and when. */
interface Visit {
  readonly purchase: Purchase;
  readonly holder: Account;
  readonly card: number;
}

/**
 * One till is in the wrong hands for some days or weeks: most of the cards that are used there are charged there again, for amounts as the shop has
 * them, or are copied and used elsewhere some days later. As in scenario 2 of the Fraud Detection Handbook, where the terminal is all there is to see.
 */
export const compromisedTerminal: FraudScenario = {
  name: 'compromised_terminal',
  episodesPerThousandAccountDays: 0.1,
  plan(episode) {
    const { account, random, market } = episode;
    const merchant = market.backStreet(random, account.country);
    const till = 1 + random.below(merchant.terminals);
    const lengthDays = 3 + random.below(26);
    const visits = Array.from({ length: 6 + random.poisson(lengthDays) }, (_, nth) =>
      drawVisit(episode, { merchant, till, afterDays: 1 + random.below(lengthDays), first: nth === 0 }),
    );
    const frauds = visits.flatMap((visit) => {
      const fate = random.uniform();
      return [
        ...(fate < 0.75 ? [chargedAgain(visit, random)] : []),
        ...(fate > 0.6 ? usedElsewhere(visit, episode) : []),
      ];
    });
    return { frauds, genuine: visits.map(({ purchase }) => purchase) };
  },
};

function drawVisit(
  { account, startMs, random, population, accounts }: Episode,
  { merchant, till, afterDays, first }: { merchant: Merchant; till: number; afterDays: number; first: boolean },
): Visit {
  const holder = first ? account : population.drawCompatriot(random, account.country, accounts);
  const { country } = merchant;
  const dayStartMs = (Math.floor(startMs / DAY_MS) + afterDays) * DAY_MS;
  const atMs = drawTime(holder, random, { country, dayStartMs });
  const amountMinor = toMinor(drawAmountEuro(holder, merchant, random), holder);
  const card = random.below(holder.cardIds.length);
  return {
    purchase: { ...purchaseIn(merchant, holder, { atMs, amountMinor, device: null }), card, till },
    holder,
    card,
  };
}

/** The holder was somewhere else. */
function chargedAgain({ purchase, holder }: Visit, random: Random): Purchase {
  const atMs = purchase.atMs + 5 * MINUTE_MS + Math.floor(Math.min(random.logNormal(14 * HOUR_MS, 1.1), 6 * DAY_MS));
  const euro = drawAmountEuro(holder, purchase.merchant, random) * random.between(0.8, 1.8);
  return { ...purchase, atMs, amountMinor: toMinor(euro, holder) };
}

/** A copy of the card, or its number, in a few shops, with moderation. */
function usedElsewhere({ purchase, holder, card }: Visit, { random, market }: Episode): Purchase[] {
  const onNet = random.chance(0.6);
  const thief: Thief = {
    device: onNet ? strangeDevice(random) : null,
    card,
    shop: () => market.thievesChoice(random, onNet ? 'web' : holder.country),
  };
  let atMs = purchase.atMs + HOUR_MS + Math.floor(Math.min(random.logNormal(3 * DAY_MS, 0.8), 20 * DAY_MS));
  return Array.from({ length: 1 + random.below(4) }, () => {
    const merchant = thief.shop();
    const euro = Math.max(drawAmountEuro(holder, merchant, random), usualEuro(holder) * random.between(0.4, 2));
    const used = payment(holder, thief, { atMs, euro, merchant });
    atMs += MINUTE_MS + Math.floor(random.exponential(40 * MINUTE_MS));
    return used;
  });
}
