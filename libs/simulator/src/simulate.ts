import type { Account } from './account.ts';
import { collection } from './collections.ts';
import type { Happening } from './frauds/fraud-scenario.ts';
import { genuineDay } from './genuine-day.ts';
import { drawTime } from './habits.ts';
import { type Payment, toEvent } from './payment.ts';
import { type Random, Streams, scatter32 } from './random.ts';
import type { SimulatedEvent } from './wire-transaction.ts';
import { createWorld, type FraudRates, genuineTruth, scenarioRates, tell, type Told, type World } from './world.ts';
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

interface Planned extends Told {
  /** Unique among the account's payments: day of planning and place in that day. */
  readonly mark: number;
}

const PLACES_PER_DAY = 4096;
const FIRST_EPISODE_PLACE = 2048;

const inOrder = (a: Planned, b: Planned): number =>
  a.payment.atMs - b.payment.atMs || a.payment.account.index - b.payment.account.index || a.mark - b.mark;

/** Something that happens at a rate, with the stream that its episodes are drawn from; `name` is of the kind of fraud. */
interface Rated {
  readonly happening: Happening;
  readonly name: string;
  readonly perThousand: number;
  readonly episodes: Streams;
}

/** Plans one day (UTC) after the other. Holds a day's payments and those of episodes under way, so memory follows the number of accounts and not the length. */
class DayPlanner {
  readonly #world: World;
  readonly #days: Streams;
  readonly #rated: readonly Rated[];

  constructor(world: World, fraudRates: FraudRates | undefined) {
    this.#world = world;
    this.#days = new Streams(world.seed, 'genuine-day');
    const frauds = scenarioRates(fraudRates).map(({ scenario, perThousand }) => ({
      happening: scenario,
      name: scenario.name,
      perThousand,
      episodes: new Streams(world.seed, `fraud:${scenario.name}`),
    }));
    const collections = {
      happening: collection,
      name: 'none: all of it is genuine',
      perThousand: collection.episodesPerThousandAccountDays,
      episodes: new Streams(world.seed, 'collection'),
    };
    this.#rated = [...frauds, collections];
  }

  /** Everything that begins on `day` among the first `active` accounts. Genuine days depend on seed, account and day alone. */
  plan(day: number, active: number): Planned[] {
    const { population, market } = this.#world;
    const planned: Planned[] = [];
    for (let index = 0; index < active; index += 1) {
      const payments = genuineDay(population.account(index), day, { random: this.#days.at(index, day), market });
      for (let place = 0; place < payments.length; place += 1) {
        const payment = payments[place] as Payment;
        planned.push({ payment, truth: genuineTruth(payment.atMs), mark: day * PLACES_PER_DAY + place });
      }
    }
    this.#planEpisodes(planned, day, active);
    return planned;
  }

  #planEpisodes(planned: Planned[], day: number, active: number): void {
    const { population, market } = this.#world;
    const nextPlace = new Map<number, number>();
    for (const { happening, name, perThousand, episodes } of this.#rated) {
      const random = episodes.at(day);
      for (let left = random.poisson((perThousand * active) / 1_000); left > 0; left -= 1) {
        const account = population.account(random.below(active));
        const startMs = this.#drawStart(random, account, day);
        const plot = happening.plan({ account, startMs, random, market, population, accounts: active });
        for (const told of tell(plot, name, random)) {
          const { index } = told.payment.account;
          const place = nextPlace.get(index) ?? FIRST_EPISODE_PLACE;
          nextPlace.set(index, place + 1);
          planned.push({ ...told, mark: day * PLACES_PER_DAY + place });
        }
      }
    }
  }

  /** Thieves keep the holder's hours more often than not: at night a large payment would stand out. */
  #drawStart(random: Random, account: Account, day: number): number {
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
      const { payment, truth } = item;
      if (payment.atMs < startMs) continue;
      if (payment.atMs >= endMs) break;
      if (payment.atMs >= (day + 1) * DAY_MS) {
        later.push(item);
        continue;
      }
      // A bijection of the mark: unique for the account, and nobody can read the place, hence the truth, from it.
      const scattered = scatter32(item.mark ^ idKey);
      yield toEvent(
        payment,
        truth,
        `tx-${payment.account.index}x${scattered.toString(16).padStart(8, '0')}`,
        scattered,
      );
    }
  }
}

/**
 * Simulated payments in event-time order (ties by account), each with its label. Pure: the same options give the same events, byte for byte.
 * Memory follows `accounts`, not `days`. Genuine behaviour overlaps with fraud on purpose: shopping trips, holidays, rare large purchases,
 * sprees of small ones, repeated payments; transfers to friends, landlords and strangers, money moved elsewhere from a new phone, collections.
 */
export function* simulate(options: SimulateOptions): Generator<SimulatedEvent, void, undefined> {
  yield* simulateWorld(createWorld(options), options);
}
