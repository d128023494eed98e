import type { Account, Population } from '../account.ts';
import type { Market } from '../market.ts';
import type { Payment } from '../payment.ts';
import type { Random } from '../random.ts';

/** Where and when a fraud begins. */
export interface Episode {
  /** Whose card or account is used first. */
  readonly account: Account;
  readonly startMs: number;
  readonly random: Random;
  readonly market: Market;
  /** For kinds of fraud that need more than one account. */
  readonly population: Population;
  /** How many accounts there are at the time. */
  readonly accounts: number;
}

/** What happens in an episode, each list in any order, everything at or after its `startMs` and within 60 days. */
export interface Plot {
  readonly frauds: readonly Payment[];
  /** What the holders themselves paid, without which the frauds would not have come about. */
  readonly genuine?: readonly Payment[];
}

/** Something that happens now and then, to one account or to many. */
export interface Happening {
  /** How many episodes begin a day per 1,000 accounts, unless the caller says otherwise. */
  readonly episodesPerThousandAccountDays: number;
  /** Draws only from the episode's `random`. */
  plan(episode: Episode): Plot;
}

/** A kind of fraud. */
export interface FraudScenario extends Happening {
  readonly name: string;
}
