import type { Account } from '../account.ts';
import { drawSomebody } from '../account-ids.ts';
import { type Device, deviceAt, drawDevice, strangeDevice } from '../devices.ts';
import { isAwake } from '../habits.ts';
import type { Transfer } from '../payment.ts';
import { monthlyEuro, roundedEuro, transferOf } from '../transfers.ts';
import type { Episode, FraudScenario } from './fraud-scenario.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';

const SPAN_MS = 20 * HOUR_MS;
const TRIES_FOR_AN_HOUR_AWAKE = 6;

/**
 * Many pay one account within a day, most of which leaves it at once for others. Some payers were persuaded, and pay from their own device at
 * hours at which they are awake; the others' accounts are in somebody's hands.
 */
export const muleFanIn: FraudScenario = {
  name: 'mule_fan_in',
  episodesPerThousandAccountDays: 0.12,
  plan(episode) {
    const { account: mule, random, population, accounts } = episode;
    const handler = strangeDevice(random);
    const persuaded = random.uniform();
    const received = Array.from({ length: 4 + random.poisson(4) }, () => {
      const payer = population.drawCompatriot(random, mule.country, accounts);
      return random.chance(persuaded) ? persuadedPayment(payer, episode) : stolenPayment(payer, episode, handler);
    }).filter(({ account }) => account !== mule);
    return { frauds: [...received, ...passedOn(received, episode, handler)] };
  },
};

/** An invoice that is false, a love that is none: the holder pays by own hand, what the story asks for. */
function persuadedPayment(payer: Account, { account: mule, random, startMs }: Episode): Transfer {
  const drawMs = (): number => startMs + random.below(SPAN_MS);
  let atMs = drawMs();
  for (let tries = 1; tries < TRIES_FOR_AN_HOUR_AWAKE && !isAwake(payer, atMs); tries += 1) atMs = drawMs();
  return transferOf(roundedEuro(monthlyEuro(payer) * random.logNormal(0.2, 0.8), random), payer, {
    atMs,
    beneficiaryId: mule.id,
    instant: random.chance(0.45),
    device: drawDevice(payer.devices, random, atMs),
  });
}

function stolenPayment(payer: Account, { account: mule, random, startMs }: Episode, handler: Device): Transfer {
  return transferOf(roundedEuro(monthlyEuro(payer) * random.logNormal(0.3, 0.6), random), payer, {
    atMs: startMs + random.below(SPAN_MS),
    beneficiaryId: mule.id,
    instant: random.chance(0.7),
    device: random.chance(0.6) ? handler : strangeDevice(random),
  });
}

/** From the second payment on, whenever enough has come in, most of it goes out. */
function passedOn(
  received: readonly Transfer[],
  { account: mule, random, accounts }: Episode,
  handler: Device,
): Transfer[] {
  const byHandler = random.chance(0.3);
  const targets = Array.from({ length: 1 + random.below(4) }, () => drawSomebody(random, accounts));
  const payouts: Transfer[] = [];
  let balanceEuro = 0;
  for (const [nth, { atMs, amountMinor }] of received.toSorted((a, b) => a.atMs - b.atMs).entries()) {
    balanceEuro += amountMinor / mule.country.minorPerEuro;
    const isLast = nth === received.length - 1;
    if (!isLast && (nth === 0 || !random.chance(0.4))) continue;
    const euro = roundedEuro(balanceEuro * random.between(0.75, 0.98), random);
    const timeMs = atMs + 2 * MINUTE_MS + Math.floor(random.logNormal(35 * MINUTE_MS, 0.9));
    const device = byHandler ? handler : deviceAt(random.pick(mule.devices), timeMs);
    const beneficiaryId = random.pick(targets);
    payouts.push(transferOf(euro, mule, { atMs: timeMs, beneficiaryId, instant: random.chance(0.7), device }));
    balanceEuro = Math.max(0, balanceEuro - euro);
  }
  return payouts;
}
