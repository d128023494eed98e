import { DAY_MS } from '#libs/core';

/** What the inputs are of, as far as they need it. */
interface Payment {
  readonly accountId: string;
  /** The terminal, or else the merchant; null where neither is known. */
  readonly terminalId: string | null;
  readonly eventTimeMs: number;
  readonly amount: number;
}

/** Of the row of a payment, whether it is a fraud by what has been reported so far. */
type KnownFraud = (row: number) => boolean;

const DELAY_MS = 7 * DAY_MS;
const WINDOWS_DAYS = [1, 7, 30] as const;

/** The names of the Handbook's fifteen published inputs, in the order in which `PublishedInputs` gives them. */
export const PUBLISHED_INPUTS: readonly string[] = [
  'amount',
  'is_weekend',
  'is_night',
  ...WINDOWS_DAYS.flatMap((days) => [`customer_count_${days}d`, `customer_mean_${days}d`]),
  ...WINDOWS_DAYS.flatMap((days) => [`terminal_count_delayed_${days}d`, `terminal_risk_delayed_${days}d`]),
];

/**
 * The inputs that the Fraud Detection Handbook publishes, computed as payments come: what a detection benchmark compares our own with. A customer's
 * windows are (t - W, t] and hold the payment itself; a terminal's are (t - 7 d - W, t - 7 d], and a fraud counts in them once it has been reported.
 * Payments that are not in the order of time count by their time as far as they have come.
 */
export class PublishedInputs {
  readonly #customers = new Map<string, { times: number[]; amounts: number[] }>();
  readonly #terminals = new Map<string, { times: number[]; rows: number[] }>();
  #rows = 0;

  /** The inputs of the next payment, whose row is the number of those before it. */
  take({ accountId, terminalId, eventTimeMs, amount }: Payment, isKnownFraud: KnownFraud): Float32Array {
    const row = this.#rows++;
    const customer = this.#customers.get(accountId) ?? { times: [], amounts: [] };
    this.#customers.set(accountId, customer);
    customer.times.push(eventTimeMs);
    customer.amounts.push(amount);
    const time = new Date(eventTimeMs);
    const isWeekend = time.getUTCDay() === 0 || time.getUTCDay() === 6;
    const inputs = [amount, Number(isWeekend), Number(time.getUTCHours() <= 6)];
    for (const days of WINDOWS_DAYS) {
      const inside = placesIn(customer.times, eventTimeMs, days);
      inputs.push(inside.length, inside.reduce((sum, place) => sum + (customer.amounts[place] ?? 0), 0) / inside.length);
    }
    const terminal = (terminalId === null ? undefined : this.#terminals.get(terminalId)) ?? { times: [], rows: [] };
    for (const days of WINDOWS_DAYS) {
      const inside = placesIn(terminal.times, eventTimeMs - DELAY_MS, days);
      const frauds = inside.filter((place) => isKnownFraud(terminal.rows[place] ?? -1)).length;
      inputs.push(inside.length, inside.length === 0 ? 0 : frauds / inside.length);
    }
    if (terminalId !== null) {
      this.#terminals.set(terminalId, terminal);
      terminal.times.push(eventTimeMs);
      terminal.rows.push(row);
    }
    return Float32Array.from(inputs);
  }
}

/** How far back a place is looked for that may be inside, though one behind it is not: payments come late by less. */
const DISORDER_MS = 2 * DAY_MS;

function placesIn(times: readonly number[], untilMs: number, days: number): number[] {
  const afterMs = untilMs - days * DAY_MS;
  const places: number[] = [];
  for (let place = times.length - 1; place >= 0; place--) {
    const time = times[place] as number;
    if (time <= afterMs - DISORDER_MS) break;
    if (time > afterMs && time <= untilMs) places.push(place);
  }
  return places.reverse();
}
