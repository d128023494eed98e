import type { FraudScenario } from './fraud-scenario.ts';
import { drawThief, payment, usualEuro } from './loot.ts';
import { MINUTE_MS } from '../time.ts';

/** One purchase far above what the account ever pays, perhaps a second: the thief expects the card to be blocked at once. */
export const unusualAmount: FraudScenario = {
  name: 'unusual_amount',
  episodesPerThousandAccountDays: 1.6,
  plan(episode) {
    const { account, random, startMs } = episode;
    const thief = drawThief(episode, 0.75);
    const factor = random.logNormal(14, 0.55);
    const second = random.chance(0.25);
    const frauds = Array.from({ length: second ? 2 : 1 }, (_, nth) =>
      payment(account, thief, {
        atMs: startMs + nth * Math.floor(random.logNormal(25 * MINUTE_MS, 0.8)),
        euro: usualEuro(account) * factor * random.between(0.7, 1.3),
      }),
    );
    return { frauds };
  },
};
