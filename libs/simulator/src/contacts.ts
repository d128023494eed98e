import { drawOutsider, outsideId } from './account-ids.ts';
import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** A transfer that comes back by itself, always the same: rent, own savings. */
export interface StandingOrder {
  readonly beneficiaryId: string;
  readonly euro: number;
  readonly periodDays: number;
  /** Day within the period, and time of that day in UTC. */
  readonly phaseDays: number;
  readonly timeOfDayMs: number;
  /** Whether the holder sends it by hand each time. */
  readonly byHand: boolean;
}

/** Whom an account transfers money to. */
export interface Contacts {
  readonly standingOrders: readonly StandingOrder[];
  /** Ids of accounts, the nearest first. */
  readonly friendIds: readonly string[];
  readonly friendlyTransfersPerDay: number;
  /** Transfers a day to somebody who was never paid before. */
  readonly newBeneficiariesPerDay: number;
  /** How many accounts of this bank somebody new may be among. */
  readonly customers: number;
}

const DAYS_A_MONTH = 30;

/** Landlords have many tenants, and most of these pay on one of the first days of the month. */
function rent(random: Random, customers: number): StandingOrder {
  const landlord = random.below(Math.ceil(customers / 60) + 3);
  const phaseDays = landlord % 3 === 0 ? random.below(DAYS_A_MONTH) : landlord % 4;
  return {
    beneficiaryId: outsideId(landlord),
    euro: Math.round(random.logNormal(640, 0.4)),
    periodDays: DAYS_A_MONTH,
    phaseDays,
    timeOfDayMs: 5 * HOUR_MS + random.below(14 * HOUR_MS),
    byHand: random.chance(0.3),
  };
}

function savings(random: Random): StandingOrder {
  return {
    beneficiaryId: drawOutsider(random),
    euro: 10 * Math.ceil(random.logNormal(14, 0.8)),
    periodDays: random.chance(0.8) ? DAYS_A_MONTH : 7,
    phaseDays: random.below(7),
    timeOfDayMs: random.below(DAY_MS),
    byHand: random.chance(0.3),
  };
}

/** `drawFriend` gives the id of an account that this one could know; `customers` is how many there are. */
export function createContacts(random: Random, drawFriend: () => string, customers: number): Contacts {
  return {
    standingOrders: [
      ...(random.chance(0.65) ? [rent(random, customers)] : []),
      ...(random.chance(0.5) ? [savings(random)] : []),
    ],
    friendIds: Array.from({ length: 1 + random.below(6) }, drawFriend),
    friendlyTransfersPerDay: Math.min(0.6, random.logNormal(0.06, 0.8)),
    newBeneficiariesPerDay: Math.min(0.15, random.logNormal(0.012, 0.7)),
    customers,
  };
}
