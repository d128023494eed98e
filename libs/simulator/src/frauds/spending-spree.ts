import { drawAmountEuro } from '../habits.ts';
import type { FraudScenario } from './fraud-scenario.ts';
import { drawThief, payment, usualEuro } from './loot.ts';
import { MINUTE_MS } from '../time.ts';

/** A stolen card is used until it is blocked: several purchases of goods that sell again, minutes apart. Some thieves are patient and modest. */
export const spendingSpree: FraudScenario = {
  name: 'spending_spree',
  episodesPerThousandAccountDays: 0.9,
  plan(episode) {
    const { account, random, startMs } = episode;
    const thief = drawThief(episode, 0.65);
    const patient = random.chance(0.2);
    const gapMs = patient ? random.logNormal(180 * MINUTE_MS, 0.6) : random.logNormal(9 * MINUTE_MS, 0.8);
    const greed = patient ? random.between(0.8, 1.8) : random.logNormal(2.2, 0.5);
    let atMs = startMs;
    const frauds = Array.from({ length: 3 + random.poisson(3.5) }, () => {
      const merchant = thief.shop();
      const euro = Math.max(
        greed * drawAmountEuro(account, merchant, random),
        usualEuro(account) * random.between(0.3, 1.5),
      );
      const purchase = payment(account, thief, { atMs, euro, merchant });
      atMs += 4_000 + Math.floor(random.exponential(gapMs));
      return purchase;
    });
    return { frauds };
  },
};
