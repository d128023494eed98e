import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedEvent } from '#libs/simulator';
import type { KafkaSender } from './kafka-sender.ts';

/** How the loading of a history went. */
export interface LoadedHistory {
  readonly transactions: number;
  readonly seconds: number;
}

const CHUNK = 2_000;
const AHEAD = 10_000;
const STALLED_MS = 60_000;
const POLL_MS = 10;
const REPORT_MS = 1_000;

const encoder = new TextEncoder();

/** Sends a history to the input topic and returns when all of it is decided. `settled` counts what the log says of it.
 *  Throws when nothing more is decided for a minute. */
export async function loadHistory(
  history: Iterable<SimulatedEvent>,
  io: { readonly kafka: KafkaSender; readonly settled: () => number; readonly signal: AbortSignal },
  report: (line: string) => void,
): Promise<LoadedHistory> {
  const { kafka, settled, signal } = io;
  const startedAt = performance.now();
  let sent = 0;
  let reportedAt = startedAt;
  const waitUntilSettled = async (atLeast: number): Promise<void> => {
    let last = { settled: settled(), at: performance.now() };
    while (settled() < atLeast && !signal.aborted) {
      await sleep(POLL_MS);
      const now = performance.now();
      if (now - reportedAt > REPORT_MS) {
        report(`history: ${settled()} payments decided`);
        reportedAt = now;
      }
      if (settled() > last.settled) last = { settled: settled(), at: now };
      if (now - last.at > STALLED_MS)
        throw new Error(`The worker has decided ${settled()} of ${sent} and goes no further`);
    }
  };
  for (const { transaction } of history) {
    const value = encoder.encode(JSON.stringify(transaction));
    kafka.add({ key: transaction.account_id, value, kind: 'ordinary', event: null });
    sent += 1;
    if (sent % CHUNK !== 0) continue;
    await kafka.flush();
    await waitUntilSettled(sent - AHEAD);
    if (signal.aborted) break;
  }
  await kafka.flush();
  await waitUntilSettled(sent);
  return { transactions: sent, seconds: (performance.now() - startedAt) / 1_000 };
}
