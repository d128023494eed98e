const DAY_SECONDS = 86_400;
const DELAY_SECONDS = 7 * DAY_SECONDS;

type Windows<T> = readonly [day: T, week: T, month: T];

/** Of one transaction, what the Handbook's chapters give to their models. Of windows of 1, 7 and 30 days, in this order. */
export interface PublishedInputs {
  readonly amount: number;
  /** The amount, from the digits. */
  readonly cents: number;
  readonly weekend: boolean;
  readonly night: boolean;
  /** Of (t - W, t], the transaction included. */
  readonly customer: Windows<{ readonly count: number; readonly cents: number }>;
  /** Of (t - 7 d - W, t - 7 d]. */
  readonly terminal: Windows<{ readonly count: number; readonly frauds: number }>;
}

interface Row {
  readonly seconds: number;
  readonly amount: string;
  readonly cents: number;
  readonly fraud: number;
  readonly ofCustomer: Row[];
  readonly ofTerminal: Row[];
}

/**
 * The Handbook's published inputs of rows of its file, by definition: each window is looked for among all rows of the customer, and of the terminal.
 * Knows nothing of ours, so that ours can be compared with it.
 */
export class PublishedHandbook {
  readonly #rows: Row[] = [];

  constructor(lines: readonly string[]) {
    const [customers, terminals] = [new Map<string, Row[]>(), new Map<string, Row[]>()];
    for (const line of lines) {
      const [, seconds, customer, terminal, amount, fraud] = line.split(',') as [string, string, string, string, string, string]; // prettier-ignore
      const row = {
        seconds: Number(seconds),
        amount,
        cents: Math.round(Number(amount) * 100),
        fraud: Number(fraud),
        ofCustomer: listOf(customers, customer),
        ofTerminal: listOf(terminals, terminal),
      };
      row.ofCustomer.push(row);
      row.ofTerminal.push(row);
      this.#rows.push(row);
    }
  }

  inputsOf(place: number): PublishedInputs {
    const { seconds, amount, cents, ofCustomer, ofTerminal } = this.#rows[place] as Row;
    const time = new Date(seconds * 1000);
    const customer = (days: number) => totalsIn(ofCustomer, seconds, days);
    const terminal = (days: number) => totalsIn(ofTerminal, seconds - DELAY_SECONDS, days);
    return {
      amount: Number(amount),
      cents,
      weekend: time.getUTCDay() === 0 || time.getUTCDay() === 6,
      night: time.getUTCHours() <= 6,
      customer: [customer(1), customer(7), customer(30)],
      terminal: [terminal(1), terminal(7), terminal(30)],
    };
  }

  /** Whether a row further down is of the same customer and the same second. */
  isFirstOfTie(place: number): boolean {
    const row = this.#rows[place] as Row;
    return row.ofCustomer.slice(row.ofCustomer.indexOf(row) + 1).some(({ seconds }) => seconds === row.seconds);
  }
}

function listOf(rows: Map<string, Row[]>, key: string): Row[] {
  const list = rows.get(key) ?? [];
  rows.set(key, list);
  return list;
}

function totalsIn(
  rows: readonly Row[],
  untilSeconds: number,
  days: number,
): { count: number; cents: number; frauds: number } {
  let [count, cents, frauds] = [0, 0, 0];
  for (const row of rows) {
    if (row.seconds <= untilSeconds - days * DAY_SECONDS || row.seconds > untilSeconds) continue;
    count += 1;
    cents += row.cents;
    frauds += row.fraud;
  }
  return { count, cents, frauds };
}
