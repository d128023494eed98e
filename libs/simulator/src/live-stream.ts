import { SCENARIOS } from './frauds/catalogue.ts';
import type { Plot } from './frauds/fraud-scenario.ts';
import { isAwake, ordinaryPurchase } from './habits.ts';
import { type Payment, toEvent } from './payment.ts';
import { type Random, Streams } from './random.ts';
import { simulateWorld } from './simulate.ts';
import { TimeQueue } from './time-queue.ts';
import type { SimulatedEvent } from './wire-transaction.ts';
import { ordinaryTransfer } from './transfers.ts';
import { createWorld, genuineTruth, tell, type Told, type World } from './world.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts';

export interface LiveOptions {
  readonly seed: number;
  /** Accounts that have a history. */
  readonly accounts: number;
  /** Where the history ends and the live part begins. */
  readonly nowMs: number;
  readonly historyDays: number;
  /** Payments a second in the live part, frauds included. */
  readonly ratePerSecond: number;
  /** Frauds that begin a minute in the live part; each is several payments. Default 4. */
  readonly episodesPerMinute?: number;
  /** How long an account that has paid is left alone, so that a high rate does not look like fraud. Default 2 h. */
  readonly restMs?: number;
  /** Accounts in all; when the rested ones run out new ones join, and when there are none left the longest rested pays again. Default 20 times `accounts`. */
  readonly maxAccounts?: number;
}

export interface LiveStream {
  /** The history in event-time order, up to `nowMs`. */
  readonly history: Iterable<SimulatedEvent>;
  /** What happened since the last call and up to `nowMs`, in order. The caller's clock is the only clock. */
  until(nowMs: number): Iterable<SimulatedEvent>;
}

/** Live frauds unfold faster than in the history, so that a person who watches for some minutes sees one to its end. */
const TEMPO = 0.1;
const LONGEST_EPISODE_MS = 8 * MINUTE_MS;
/** Of a long episode only the beginning is played, and the next one waits the longer, so that frauds stay rare. */
const PAYMENTS_PER_EPISODE = 18;
const PAYMENTS_PER_TURN = 6;
const TRANSFER_SHARE = 0.1;
const FIRST_EPISODE_MS = 2_000;
const TRIES_FOR_SOMEBODY_AWAKE = 12;

/** Who pays next: everybody in turn. */
class Turns {
  readonly #world: World;
  readonly #restMs: number;
  readonly #maxAccounts: number;
  #queue: { readonly index: number; readonly restedAtMs: number }[];
  #head = 0;
  #known: number;

  constructor(world: World, random: Random, { restMs, maxAccounts }: { restMs: number; maxAccounts: number }) {
    this.#world = world;
    this.#restMs = restMs;
    this.#maxAccounts = Math.max(maxAccounts, world.accounts);
    this.#known = world.accounts;
    this.#queue = Array.from({ length: world.accounts }, (_, index) => ({
      index,
      restedAtMs: -Infinity,
      key: random.uniform(),
    })).sort((a, b) => a.key - b.key);
  }

  next(atMs: number): Payment['account'] {
    const index = this.#rested(atMs) ?? this.#newcomer() ?? this.#shift().index;
    this.#queue.push({ index, restedAtMs: atMs + this.#restMs });
    return this.#world.population.account(index);
  }

  /** Somebody who has rested, awake if one is soon found. */
  #rested(atMs: number): number | undefined {
    for (let tries = 1; ; tries += 1) {
      const head = this.#queue[this.#head];
      if (head === undefined || head.restedAtMs > atMs) return undefined;
      this.#shift();
      if (tries === TRIES_FOR_SOMEBODY_AWAKE || isAwake(this.#world.population.account(head.index), atMs))
        return head.index;
      this.#queue.push({ index: head.index, restedAtMs: atMs });
    }
  }

  #newcomer(): number | undefined {
    if (this.#known === this.#maxAccounts) return undefined;
    this.#known += 1;
    return this.#known - 1;
  }

  #shift(): { readonly index: number; readonly restedAtMs: number } {
    const head = this.#queue[this.#head] as { readonly index: number; readonly restedAtMs: number };
    this.#head += 1;
    if (this.#head > 4096 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return head;
  }
}

/** The live part: payments come at random instants of the given mean rate; each instant takes a fraud that is due, else somebody's ordinary purchase. */
class LivePart {
  readonly #world: World;
  readonly #turns: Turns;
  readonly #random: Random;
  readonly #frauds: Random;
  readonly #due = new TimeQueue<Told>();
  readonly #meanGapMs: number;
  readonly #meanEpisodeGapMs: number;
  #nextMs: number;
  #nextEpisodeMs: number;
  #episodes = 0;
  #emitted = 0;

  constructor(world: World, options: LiveOptions) {
    const {
      nowMs,
      ratePerSecond,
      episodesPerMinute = 4,
      restMs = 2 * HOUR_MS,
      maxAccounts = 20 * options.accounts,
    } = options;
    if (!(ratePerSecond > 0)) throw new RangeError('ratePerSecond must be above 0');
    const streams = new Streams(world.seed, 'live');
    this.#world = world;
    this.#random = streams.at(nowMs % 0x7fffffff, 1);
    this.#frauds = streams.at(nowMs % 0x7fffffff, 2);
    this.#turns = new Turns(world, this.#random, { restMs, maxAccounts });
    this.#meanGapMs = 1_000 / ratePerSecond;
    this.#meanEpisodeGapMs = MINUTE_MS / episodesPerMinute;
    this.#nextMs = nowMs + this.#random.exponential(this.#meanGapMs);
    this.#nextEpisodeMs = episodesPerMinute > 0 ? nowMs + FIRST_EPISODE_MS : Infinity;
  }

  *until(nowMs: number): Generator<SimulatedEvent, void, undefined> {
    while (this.#nextMs <= nowMs) {
      const atMs = Math.floor(this.#nextMs);
      this.#nextMs += this.#random.exponential(this.#meanGapMs);
      this.#beginEpisodes(atMs);
      yield this.#write(this.#due.takeDue(atMs) ?? this.#ordinary(atMs), atMs);
    }
  }

  #ordinary(atMs: number): Told {
    const account = this.#turns.next(atMs);
    const random = this.#random;
    const { market } = this.#world;
    const payment = random.chance(TRANSFER_SHARE)
      ? ordinaryTransfer(account, random, atMs)
      : ordinaryPurchase(account, random, { market, country: account.country, atMs });
    return { payment, truth: genuineTruth(atMs) };
  }

  /** Kinds take turns, so that each is seen soon. Victims are accounts with a history. */
  #beginEpisodes(atMs: number): void {
    const { population, market, accounts } = this.#world;
    const random = this.#frauds;
    while (this.#nextEpisodeMs <= atMs) {
      const scenario = SCENARIOS[
        (SCENARIOS.length - 1 + this.#episodes) % SCENARIOS.length
      ] as (typeof SCENARIOS)[number];
      this.#episodes += 1;
      const startMs = Math.floor(this.#nextEpisodeMs);
      const account = population.account(random.below(accounts));
      const plot = shortened(scenario.plan({ account, startMs, random, market, population, accounts }), startMs);
      const told = tell(plot, scenario.name, random);
      for (const one of told) this.#due.push(one.payment.atMs, one);
      this.#nextEpisodeMs += random.exponential(this.#meanEpisodeGapMs) * Math.max(1, told.length / PAYMENTS_PER_TURN);
    }
  }

  #write({ payment, truth }: Told, atMs: number): SimulatedEvent {
    this.#emitted += 1;
    const id = `tx-${payment.account.index}z${atMs.toString(36)}${(this.#emitted % 46_656).toString(36).padStart(3, '0')}`;
    return toEvent(
      { ...payment, atMs },
      { ...truth, reportedAtMs: Math.max(truth.reportedAtMs, atMs) },
      id,
      this.#emitted,
    );
  }
}

/** An episode that begins at `startMs`, at the live tempo, and of a long one only its beginning. */
function shortened({ frauds, genuine = [] }: Plot, startMs: number): Plot {
  const timesMs = [...frauds, ...genuine].map(({ atMs }) => atMs).sort((a, b) => a - b);
  const firstMs = timesMs[0] ?? startMs;
  const lastMs = timesMs[Math.min(timesMs.length, PAYMENTS_PER_EPISODE) - 1] ?? firstMs;
  const tempo = Math.min(TEMPO, LONGEST_EPISODE_MS / Math.max(1, lastMs - firstMs));
  const played = (payments: readonly Payment[]): Payment[] =>
    payments
      .filter(({ atMs }) => atMs <= lastMs)
      .map((payment) => ({ ...payment, atMs: startMs + Math.floor((payment.atMs - firstMs) * tempo) }));
  return { frauds: played(frauds), genuine: played(genuine) };
}

/**
 * A demo's payments: a history that ends now, then a live part at a rate of its own, with the same accounts. Reads no clock: what was played
 * is a function of the options and of how far `until` was asked. Payment ids of two demos differ unless they fall on the same millisecond.
 */
export function liveStream(options: LiveOptions): LiveStream {
  const world = createWorld(options);
  const historyMs = Math.floor(options.historyDays * DAY_MS);
  const startMs = options.nowMs - historyMs;
  const live = new LivePart(world, options);
  return {
    history: simulateWorld(world, { startMs, days: historyMs / DAY_MS }),
    until: (nowMs) => live.until(nowMs),
  };
}
