import type { Account, Population } from '../account.ts';
import type { Market } from '../market.ts';
import type { Purchase } from '../purchase.ts';
import type { Random } from '../random.ts';

/** Where and when a fraud begins. */
export interface Episode {
  /** Whose card was stolen first. */
  readonly account: Account;
  readonly startMs: number;
  readonly random: Random;
  readonly market: Market;
  /** For kinds of fraud that need more than one account. */
  readonly population: Population;
}

/** A kind of fraud. */
export interface FraudScenario {
  readonly name: string;
  /** How many episodes begin a day per 1,000 accounts, unless the caller says otherwise. */
  readonly episodesPerThousandAccountDays: number;
  /** The payments of one episode, at or after `startMs`, within three days. Draws only from the episode's `random`. */
  plan(episode: Episode): readonly Purchase[];
}
