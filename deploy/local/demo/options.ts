import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export interface DemoOptions {
  /** Seconds of live stream after which it stops by itself; undefined: at Ctrl-C. */
  readonly forSeconds: number | undefined;
  /** One JSON line of totals is the only output on stdout. */
  readonly json: boolean;
  readonly ratePerSecond: number;
  /** Undefined: those of the data that are there, else `DEFAULTS`. */
  readonly accounts: number | undefined;
  readonly days: number | undefined;
  readonly seed: number | undefined;
  readonly fresh: boolean;
}

/** The simulated world of fresh data: some 28,000 payments of history, decided in some seconds. */
export const DEFAULTS = { accounts: 2_000, days: 7, seed: 1, ratePerSecond: 50 } as const;

export const HELP = `npm start -- [options]

Starts Redis and Kafka (or uses REDIS_URL and KAFKA_BROKERS), the api and the worker, and a simulated stream of
payments through both doors, at wall-clock time. Ctrl-C stops everything. Data stays in .holdfast/ for the next start.

  --for SECONDS     stop by itself after that much live stream
  --json            one JSON line of totals on stdout at the end; everything else on stderr
  --rate N          payments a second (default ${DEFAULTS.ratePerSecond})
  --fresh           delete the local data first, and load a history of payments
  --accounts N      accounts of fresh data (default ${DEFAULTS.accounts})
  --days N          days of history of fresh data (default ${DEFAULTS.days})
  --seed N          seed of fresh data (default ${DEFAULTS.seed})
  --help            this text
`;

/** Reads the command line; `help` when that was asked for. Throws with a sentence for what it does not take. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      for: { type: 'string' },
      json: { type: 'boolean', default: false },
      rate: { type: 'string' },
      accounts: { type: 'string' },
      days: { type: 'string' },
      seed: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (
    name: 'for' | 'rate' | 'accounts' | 'days' | 'seed',
    min: number,
    max: number,
  ): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`--${name} takes a whole number from ${min} to ${max}, not ${text}`);
  };
  return {
    forSeconds: number('for', 1, 7 * 86_400),
    json: values.json,
    ratePerSecond: number('rate', 1, 5_000) ?? DEFAULTS.ratePerSecond,
    accounts: number('accounts', 1, 1_000_000),
    days: number('days', 0, 60),
    seed: number('seed', 0, 2 ** 31),
    fresh: values.fresh,
  };
}
