import { closeSync, openSync, readSync } from 'node:fs';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import type { SimulatedEvent } from '#libs/simulator';

/** Of a simulated account, about. */
const PAYMENTS_A_DAY = 2.1;
/** So that a run does not come to the end of them. */
const SPARE = 1.3;
const CHUNK_BYTES = 64 * 1024;

/**
 * Writes simulated payments to a file, of so many accounts that `count` of them take `days`: event time then goes so fast that disorder and lateness show
 * in a run of minutes, and not so fast that a door that was closed for some seconds is a day behind.
 */
export async function simulateTo(
  file: string,
  { ops }: Pick<PrivateSystem, 'ops'>,
  options: { readonly seed: number; readonly count: number; readonly days: number; readonly signal: AbortSignal },
): Promise<void> {
  const { seed, count, days, signal } = options;
  const accounts = Math.max(100, Math.ceil(count / (days * PAYMENTS_A_DAY)));
  const size = ['--accounts', String(accounts), '--days', (days * SPARE).toFixed(3)];
  const made = await ops(['simulate', '--out', file, '--seed', String(seed), ...size], { signal });
  if (made.exitCode !== 0) throw new Error(`The transactions cannot be simulated: ${made.errors}`);
}

/** The transactions of a file: NDJSON, plain text, in the order of their times. Read as they are taken, so that nothing else has to wait for long. */
export function* transactionsIn(file: string): Generator<SimulatedEvent, void, undefined> {
  for (const line of linesOf(file)) {
    const transaction = JSON.parse(line) as SimulatedEvent['transaction'];
    const eventTimeMs = Date.parse(transaction.occurred_at);
    yield { eventTimeMs, transaction, label: { fraud: false, reportedAtMs: eventTimeMs } };
  }
}

function* linesOf(file: string): Generator<string, void, undefined> {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const text = Buffer.concat([rest, chunk.subarray(0, read)]);
      const end = text.lastIndexOf(0x0a) + 1;
      rest = text.subarray(end);
      yield* text
        .subarray(0, end)
        .toString()
        .split('\n')
        .filter((line) => line !== '');
    }
    if (rest.length > 0) yield rest.toString();
  } finally {
    closeSync(descriptor);
  }
}
