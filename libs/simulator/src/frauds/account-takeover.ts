import type { Account } from '../account.ts';
import { drawSomebody } from '../account-ids.ts';
import { type Device, deviceAt, strangeDevice } from '../devices.ts';
import type { Transfer } from '../payment.ts';
import type { Random } from '../random.ts';
import { afterTrial, monthlyEuro, roundedEuro, transferOf } from '../transfers.ts';
import type { FraudScenario } from './fraud-scenario.ts';
import { MINUTE_MS } from '../time.ts';

/**
 * Somebody has the password: from a device of his own he sends large parts of what the account moves in a month to somebody whom it never paid, often
 * after a trial. Some thieves have a list of passwords and one device.
 */
export const accountTakeover: FraudScenario = {
  name: 'account_takeover',
  episodesPerThousandAccountDays: 0.4,
  plan({ account, startMs, random, population, accounts }) {
    const device = strangeDevice(random);
    const victims = random.chance(0.3) ? 2 + random.below(3) : 1;
    const beneficiaryIds = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => drawSomebody(random, accounts));
    let atMs = startMs;
    const frauds = Array.from({ length: victims }, (_, nth) => {
      const victim = nth === 0 ? account : population.drawCompatriot(random, account.country, accounts);
      const transfers = emptied(victim, random, { atMs, device, beneficiaryIds });
      atMs += MINUTE_MS + Math.floor(random.exponential(50 * MINUTE_MS));
      return transfers;
    });
    return { frauds: frauds.flat() };
  },
};

/** What is taken from one account. Not everybody is greedy, and now and then the thief sits in the victim's own device. */
function emptied(
  account: Account,
  random: Random,
  { atMs, device, beneficiaryIds }: { atMs: number; device: Device; beneficiaryIds: readonly string[] },
): Transfer[] {
  const used = random.chance(0.12) ? deviceAt(random.pick(account.devices), atMs) : device;
  const partEuro =
    monthlyEuro(account) * (random.chance(0.2) ? random.between(0.03, 0.15) : random.logNormal(0.35, 0.6));
  let timeMs = atMs;
  const transfers = Array.from({ length: 1 + random.poisson(1.3) }, () => {
    const euro = roundedEuro(partEuro * random.between(0.6, 1.1), random);
    const beneficiaryId = random.pick(beneficiaryIds);
    const transfer = transferOf(euro, account, {
      atMs: timeMs,
      beneficiaryId,
      instant: random.chance(0.7),
      device: used,
    });
    timeMs += 30_000 + Math.floor(random.exponential(12 * MINUTE_MS));
    return transfer;
  });
  return random.chance(0.5) ? afterTrial(transfers, random) : transfers;
}
