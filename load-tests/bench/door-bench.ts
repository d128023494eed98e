import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import type { Services } from '../../deploy/local/services.ts';
import { scrape } from '../../deploy/local/demo/scrape.ts';
import { round2 } from './cpu-table.ts';
import { cpuUsOf, medianRecordBytes, residentBytesOf } from './process-cpu.ts';

/** A running service and what it runs on. */
export interface BenchSystem {
  readonly services: Services;
  readonly holdfast: PrivateSystem;
}

/** Processor time per transaction of each process, and how fast it went. */
export interface DoorFigures {
  readonly transactions: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuUsPerTransaction: { readonly service: number; readonly redis: number; readonly broker: number };
  readonly meanBatch: number;
  readonly serviceResidentMb: number;
  readonly medianRecordBytes: number;
  readonly stageMsPerBatch: Readonly<Record<string, number>>;
}

const POLL_MS = 100;
const QUIET_MS = 1_000;

/**
 * Drives `load` and measures what the processes spend on it, from its beginning until everything that it brought is decided and published.
 * `door` says whose work it is: the process whose CPU counts as the service's.
 */
export async function measureDoor(
  { services, holdfast }: BenchSystem,
  door: 'http' | 'kafka',
  { transactions, load }: { transactions: number; load: () => Promise<void> },
): Promise<DoorFigures> {
  const service = door === 'http' ? holdfast.api : holdfast.worker;
  const adminUrl = door === 'http' ? holdfast.adminUrls.api : holdfast.adminUrls.worker;
  const cpu = () => ({
    service: cpuUsOf(service.pid),
    redis: cpuUsOf(services.redis?.pid),
    broker: cpuUsOf(services.kafka?.pid),
  });
  const before = cpu();
  const startedAt = performance.now();
  await load();
  const settledAt = await untilQuiet(holdfast.adminUrls.worker);
  const seconds = (settledAt - startedAt) / 1_000;
  const after = cpu();
  const metrics = await scrape([adminUrl]);
  const batches = metrics.sum('holdfast_batch_transactions_count', { door });
  const each = (name: 'service' | 'redis' | 'broker'): number => round2((after[name] - before[name]) / transactions);
  const stages = metrics.by('holdfast_stage_seconds_sum', 'stage');
  return {
    transactions,
    seconds: round2(seconds),
    perSecond: Math.round(transactions / seconds),
    cpuUsPerTransaction: { service: each('service'), redis: each('redis'), broker: each('broker') },
    meanBatch: round2(metrics.sum('holdfast_batch_transactions_sum', { door }) / batches),
    serviceResidentMb: Math.round(residentBytesOf(service.pid) / 1e6),
    medianRecordBytes: await medianRecordBytes(services.redis?.port ?? 0, '*:a:*'),
    stageMsPerBatch: Object.fromEntries([...stages].map(([stage, sum]) => [stage, round2((1_000 * sum) / batches)])),
  };
}

/** When the input was read to its end and everything committed was published, and stayed so; monotonic milliseconds. */
async function untilQuiet(workerAdminUrl: string): Promise<number> {
  let quietSince: number | null = null;
  let published = 0;
  for (;;) {
    await sleep(POLL_MS);
    const metrics = await scrape([workerAdminUrl]);
    const behind = metrics.sum('holdfast_consumer_lag_records') + metrics.sum('holdfast_outbox_depth_events');
    const publishedNow = metrics.sum('holdfast_published_events_total');
    if (behind > 0 || publishedNow > published) quietSince = null;
    else quietSince ??= performance.now();
    published = publishedNow;
    if (quietSince !== null && performance.now() - quietSince > QUIET_MS) return quietSince;
  }
}
