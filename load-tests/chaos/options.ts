import { parseArgs } from 'node:util';
import { deckOf } from './fault-plan.ts';
import { type Fault, type FaultName, FAULTS } from './faults.ts';

/** What a run is asked for. */
export interface ChaosOptions {
  /** Of traffic; starting, coming to rest and the audit come in addition. */
  readonly minutes: number;
  readonly seed: number;
  /** Records and requests a second, copies included. */
  readonly rate: number;
  /** Every fault that is to happen, in no order. */
  readonly deck: readonly FaultName[];
  readonly workers: number;
  readonly sessionTimeoutMs: number;
  readonly short: boolean;
  readonly file: string | null;
  readonly out: string | null;
  readonly json: boolean;
  readonly keep: boolean;
}

/** The options are contradictory or unknown. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const DEFAULT_SESSION_MS = 10_000;
const NAMES = Object.keys(FAULTS) as FaultName[];

export const HELP = `Sends transactions through both doors of a real service while its parts are broken, waits until all is quiet, and audits.

  npm run chaos -- [options]

  --minutes N            of traffic                                        (3)
  --seed N               of transactions, order of faults, what they draw  (1)
  --rate N               records and requests a second, copies included    (200)
  --faults A,B           only these, or "none"                             (all)
  --faults-per-minute N                                                    (5)
  --workers N            that share the partitions                         (2)
  --session-timeout S    seconds, 6 to 60, or "default"                    (6)
  --file F               NDJSON to send, plain text; simulated without it
  --short                within 3 minutes: ${shortText()}
  --out F                also write the report there
  --json                 one JSON line on stdout
  --keep                 keep data and logs of a clean run too
  --help

Faults: ${NAMES.join(', ')}.
Exits with 1 when the audit finds anything. A run that fails says where its logs are.`;

/** What the command line asks for; null for help. Throws `UsageError`. */
export function readOptions(args: readonly string[]): ChaosOptions | null {
  const { values } = parse(args);
  if (values.help) return null;
  const names = faultNames(values.faults);
  const short = values.short;
  const minutes = number('minutes', values.minutes ?? (short ? '1.2' : '3'), { min: 0.5, max: 600 });
  const perMinute = number('faults-per-minute', values['faults-per-minute'], { min: 0, max: 60 });
  return {
    minutes,
    seed: number('seed', values.seed, { min: 0, max: 2 ** 31, whole: true }),
    rate: number('rate', values.rate ?? (short ? '120' : '200'), { min: 1, max: 10_000 }),
    deck: short ? shortDeck(names) : weightedDeck(names, Math.round(minutes * perMinute)),
    workers: number('workers', values.workers, { min: 1, max: 8, whole: true }),
    sessionTimeoutMs: sessionTimeoutMs(values['session-timeout']),
    short,
    file: values.file ?? null,
    out: values.out ?? null,
    json: values.json,
    keep: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string', default: '1' },
        rate: { type: 'string' },
        faults: { type: 'string', default: NAMES.join(',') },
        'faults-per-minute': { type: 'string', default: '5' },
        workers: { type: 'string', default: '2' },
        'session-timeout': { type: 'string', default: '6' },
        file: { type: 'string' },
        short: { type: 'boolean', default: false },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function number(
  name: string,
  text: string,
  { min, max, whole = false }: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${name} is "${text}": give ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}.`);
}

function sessionTimeoutMs(text: string): number {
  if (text === 'default') return DEFAULT_SESSION_MS;
  return 1_000 * number('session-timeout', text, { min: 6, max: 60 });
}

function faultNames(text: string): readonly FaultName[] {
  if (text === 'none') return [];
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.filter((name) => !(NAMES as string[]).includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There is no fault "${unknown.join('", "')}"; there are ${NAMES.join(', ')}.`);
  return asked as FaultName[];
}

function weightedDeck(names: readonly FaultName[], count: number): readonly FaultName[] {
  if (names.length === 0) return [];
  return deckOf(Object.fromEntries(names.map((name) => [name, FAULTS[name].weight])), count) as FaultName[];
}

function shortDeck(names: readonly FaultName[]): readonly FaultName[] {
  return names.flatMap((name) => Array.from({ length: timesInShortRun(name) }, () => name));
}

function timesInShortRun(name: FaultName): number {
  const fault: Fault = FAULTS[name];
  return fault.inShortRun ?? 0;
}

function shortText(): string {
  const names = NAMES.filter((name) => timesInShortRun(name) > 0);
  return names.map((name) => `${timesInShortRun(name)} ${name}`).join('; ');
}
