import type { Purchase } from '../payment.ts';
import type { FraudScenario } from './fraud-scenario.ts';
import { drawThief, payment, usualEuro } from './loot.ts';
import { MINUTE_MS } from '../time.ts';

/** A bought card number is tried with small amounts, often the same one, seconds apart; if it works, it is used once or twice for real. */
export const cardTesting: FraudScenario = {
  name: 'card_testing',
  episodesPerThousandAccountDays: 0.6,
  plan(episode) {
    const { account, random, market, startMs } = episode;
    const thief = drawThief(episode, 1);
    const shop = market.web(random);
    const price = random.chance(0.7) ? random.pick([0.5, 1, 1, 1.99, 2]) : random.between(0.2, 4.5);
    const gapMs = random.logNormal(25_000, 1);
    const sameShop = random.chance(0.7);
    const purchases: Purchase[] = [];
    let atMs = startMs;
    for (let left = 3 + random.poisson(4); left > 0; left -= 1) {
      const euro = random.chance(0.75) ? price : random.between(0.2, 4.5);
      purchases.push(payment(account, thief, { atMs, euro, merchant: sameShop ? shop : market.web(random) }));
      atMs += 1_000 + Math.floor(random.exponential(gapMs));
    }
    atMs += Math.floor(random.logNormal(20 * MINUTE_MS, 1));
    for (let left = random.below(3); left > 0; left -= 1) {
      purchases.push(payment(account, thief, { atMs, euro: usualEuro(account) * random.logNormal(7, 0.6) }));
      atMs += 30_000 + Math.floor(random.exponential(10 * MINUTE_MS));
    }
    return { frauds: purchases };
  },
};
