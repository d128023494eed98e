import { drawOutsider } from './account-ids.ts';
import { drawDevice } from './devices.ts';
import type { Happening } from './frauds/fraud-scenario.ts';
import { drawTime } from './habits.ts';
import type { Transfer } from './payment.ts';
import { roundedEuro, transferOf } from './transfers.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/**
 * A class trip, a wedding present: many pay one account within a day or two, all about the same, and most of it goes on to somebody new. What a mule's
 * account looks like, and nothing is wrong with it.
 */
export const collection: Happening = {
  episodesPerThousandAccountDays: 0.15,
  plan({ account: organiser, startMs, random, population, accounts }) {
    const share = roundedEuro(random.logNormal(45, 0.8), random);
    const firstDayMs = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS;
    const received: Transfer[] = Array.from({ length: 4 + random.poisson(5) }, () => {
      const payer = population.drawCompatriot(random, organiser.country, accounts);
      const dayStartMs = firstDayMs + (random.chance(0.7) ? 0 : DAY_MS);
      const atMs = drawTime(payer, random, { country: payer.country, dayStartMs });
      return transferOf(random.chance(0.85) ? share : 2 * share, payer, {
        atMs,
        beneficiaryId: organiser.id,
        instant: random.chance(0.45),
        device: drawDevice(payer.devices, random, atMs),
      });
    }).filter(({ account }) => account !== organiser);
    const lastMs = received.reduce((latest, { atMs }) => Math.max(latest, atMs), startMs);
    const atMs = lastMs + Math.floor(random.logNormal(4 * HOUR_MS, 1));
    const euro = share * received.length * random.between(0.8, 1.2);
    const passedOn = transferOf(roundedEuro(euro, random), organiser, {
      atMs,
      beneficiaryId: drawOutsider(random),
      instant: random.chance(0.4),
      device: drawDevice(organiser.devices, random, atMs),
    });
    return { frauds: [], genuine: [...received, passedOn] };
  },
};
