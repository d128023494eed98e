import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { round2 } from './measured-cpu.ts';

const RATE_PER_SECOND = 50;

/** What an answer costs in time, by what it waits for; milliseconds from the intended send. */
export type AckLatencies = Readonly<
  Record<string, { readonly p50Ms: number; readonly p99Ms: number; readonly failed: number }>
>;

/** Asks at a low, constant rate, so that nothing queues: `ack=state` and `ack=log` in turn. */
export async function measureAcks(
  { httpUrl, apiKey }: PrivateSystem,
  bodies: readonly Buffer[],
): Promise<AckLatencies> {
  const latencies: Record<string, number[]> = { state: [], log: [] };
  const failed: Record<string, number> = { state: 0, log: 0 };
  const startedAt = performance.now();
  const asking = bodies.map(async (body, i) => {
    const ack = i % 2 === 0 ? 'state' : 'log';
    const dueAt = startedAt + (1_000 * i) / RATE_PER_SECOND;
    await sleep(Math.max(0, dueAt - performance.now()));
    const response = await fetch(`${httpUrl}/v1/decisions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'x-deadline-ms': '2000',
        prefer: `ack=${ack}`,
      },
      body: new Uint8Array(body),
    });
    await response.arrayBuffer();
    if (response.status === 200) latencies[ack]?.push(performance.now() - dueAt);
    else failed[ack] = (failed[ack] ?? 0) + 1;
  });
  await Promise.all(asking);
  return Object.fromEntries(
    Object.entries(latencies).map(([ack, all]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const at = (share: number): number => round2(sorted[Math.floor(share * sorted.length)] ?? Number.NaN);
      return [ack, { p50Ms: at(0.5), p99Ms: at(0.99), failed: failed[ack] ?? 0 }];
    }),
  );
}
