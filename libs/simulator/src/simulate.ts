import { drawTime, genuineDay } from './habits.ts';
import { type Purchase, type Truth, toEvent } from './purchase.ts';
import { type Random, Streams, scatter32 } from './random.ts';
import type { SimulatedEvent } from './wire-transaction.ts';
import { createWorld, type FraudRates, fraudTruths, genuineTruth, scenarioRates, type World } from './world.ts';
import { DAY_MS } from './time.ts';

export interface SimulateOptions {
  /** Safe integer, 0 or more. The same options give the same events, byte for byte. */
  readonly seed: number;
  /** Accounts at the beginning. */
  readonly accounts: number;
  /** First event time, inclusive. */
  readonly startMs: number;
  /** Length in days of 24 h; may be a fraction. */
  readonly days: number;
  /** Share of `accounts` that joins every day, so that there are young accounts at any time. Default 0. */
  readonly growthPerDay?: number;
  /** Daily episodes per 1,000 accounts by kind of fraud; 0 switches one off. */
  readonly fraudRates?: FraudRates;
}

interface Planned {
  readonly purchase: Purchase;
  readonly truth: Truth;
  /** Unique among the account's payments: day of planning and place in that day. */
  readonly mark: number;
}

const PLACES_PER_DAY = 4096;
const FIRST_FRAUD_PLACE = 2048;

const inOrder = (a: Planned, b: Planned): number =>
  a.purchase.atMs - b.purchase.atMs || a.purchase.account.index - b.purchase.account.index || a.mark - b.mark;

/** Plans one day (UTC) after the other. Holds a day's payments, so memory follows the number of accounts and not the length. */
class DayPlanner {
  readonly #world: World;
  readonly #rates: ReturnType<typeof scenarioRates>;
  readonly #days: Streams;
  readonly #episodes: readonly Streams[];

  constructor(world: World, fraudRates: FraudRates | undefined) {
    this.#world = world;
    this.#rates = scenarioRates(fraudRates);
    this.#days = new Streams(world.seed, 'genuine-day');
    this.#episodes = this.#rates.map(({ scenario }) => new Streams(world.seed, `fraud:${scenario.name}`));
  }

  /** Everything that begins on `day` among the first `active` accounts. Genuine days depend on seed, account and day alone. */
  plan(day: number, active: number): Planned[] {
    const { population, market } = this.#world;
    const planned: Planned[] = [];
    for (let index = 0; index < active; index += 1) {
      const purchases = genuineDay(population.account(index), day, { random: this.#days.at(index, day), market });
      for (let place = 0; place < purchases.length; place += 1) {
        const purchase = purchases[place] as Purchase;
        planned.push({ purchase, truth: genuineTruth(purchase.atMs), mark: day * PLACES_PER_DAY + place });
      }
    }
    this.#planFrauds(planned, day, active);
    return planned;
  }

  #planFrauds(planned: Planned[], day: number, active: number): void {
    const { population, market } = this.#world;
    const nextPlace = new Map<number, number>();
    this.#rates.forEach(({ scenario, perThousand }, nth) => {
      const random = (this.#episodes[nth] as Streams).at(day);
      for (let left = random.poisson((perThousand * active) / 1_000); left > 0; left -= 1) {
        const account = population.account(random.below(active));
        const startMs = this.#drawStart(random, account, day);
        const purchases = scenario.plan({ account, startMs, random, market, population });
        const truths = fraudTruths(purchases, scenario.name, random);
        purchases.forEach((purchase, i) => {
          const place = nextPlace.get(purchase.account.index) ?? FIRST_FRAUD_PLACE;
          nextPlace.set(purchase.account.index, place + 1);
          planned.push({ purchase, truth: truths[i] as Truth, mark: day * PLACES_PER_DAY + place });
        });
      }
    });
  }

  /** Thieves keep the holder's hours more often than not: at night a large payment would stand out. */
  #drawStart(random: Random, account: Purchase['account'], day: number): number {
    const dayStartMs = day * DAY_MS;
    if (random.chance(0.25)) return dayStartMs + random.below(DAY_MS);
    return drawTime(account, random, { country: account.country, dayStartMs });
  }
}

/** The payments of `world` from `startMs` on, in event-time order. See `simulate`. */
export function* simulateWorld(
  world: World,
  options: Omit<SimulateOptions, 'seed' | 'accounts'>,
): Generator<SimulatedEvent, void, undefined> {
  const { startMs, days, growthPerDay = 0, fraudRates } = options;
  const endMs = startMs + days * DAY_MS;
  if (!Number.isSafeInteger(startMs) || startMs < 0 || !(endMs >= startMs))
    throw new RangeError('startMs and days must be 0 or more');
  const planner = new DayPlanner(world, fraudRates);
  const idKey = scatter32(world.seed ^ 0x5bd1e995);
  const firstDay = Math.floor(startMs / DAY_MS);
  let later: Planned[] = [];
  for (let day = firstDay; day * DAY_MS < endMs; day += 1) {
    const active = Math.floor(world.accounts * (1 + growthPerDay * (day - firstDay)));
    const due = later.concat(planner.plan(day, active)).sort(inOrder);
    later = [];
    for (const item of due) {
      const { purchase, truth } = item;
      if (purchase.atMs < startMs) continue;
      if (purchase.atMs >= endMs) break;
      if (purchase.atMs >= (day + 1) * DAY_MS) {
        later.push(item);
        continue;
      }
      // A bijection of the mark: unique for the account, and nobody can read the place, hence the truth, from it.
      const scattered = scatter32(item.mark ^ idKey);
      yield toEvent(
        purchase,
        truth,
        `tx-${purchase.account.index}x${scattered.toString(16).padStart(8, '0')}`,
        scattered,
      );
    }
  }
}

/**
 * Simulated payments in event-time order (ties by account), each with its label. Pure: the same options give the same events, byte for byte.
 * Memory follows `accounts`, not `days`. Genuine behaviour overlaps with fraud on purpose: shopping trips, holidays, rare large purchases,
 * sprees of small ones, repeated payments.
 */
export function* simulate(options: SimulateOptions): Generator<SimulatedEvent, void, undefined> {
  yield* simulateWorld(createWorld(options), options);
}
