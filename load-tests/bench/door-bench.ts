import { setTimeout as sleep } from 'node:timers/promises';
import { scrape } from '../../deploy/local/demo/scrape.ts';
import { measureAcks } from './ack-bench.ts';
import { type BenchSystem, stream, transactionBodies, withSystem } from './bench-system.ts';
import { saturate } from './http-load.ts';
import { type BenchResult, round2, summarise } from './measured-cpu.ts';
import { cpuUsOf, medianRecordBytes, residentBytesOf } from './process-cpu.ts';

/** How much is measured, and on what. */
export interface DoorBenchOptions {
  readonly transactions: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly file?: string;
  readonly log: (line: string) => void;
}

const POLL_MS = 100;
const QUIET_MS = 1_000;
const ACK_REQUESTS = 1_000;

/** The worker, as fast as it goes: everything is sent at once, so that batches are full, as for a worker that is behind or under full load. */
export function benchKafka(options: DoorBenchOptions): Promise<BenchResult> {
  return withSystem(options.log, async (system) => {
    await system.holdfast.start();
    const { rounds, file } = options;
    const bodies = await transactionBodies(system, options.warmUp + options.transactions, file);
    const measured = await measureRounds(system, 'kafka', { ...options, bodies }, (part) => stream(system, part));
    return { bench: 'kafka', conditions: { ...(await conditions(system, options)), rounds }, ...measured };
  });
}

/** The api, as fast as `connections` that ask one after the other go; then answers by what they wait for, at 50 a second. */
export function benchHttp(options: DoorBenchOptions & { readonly connections: number }): Promise<BenchResult> {
  return withSystem(options.log, async (system) => {
    const { holdfast } = system;
    await holdfast.start();
    const { rounds, connections, warmUp, transactions, file } = options;
    const all = await transactionBodies(system, warmUp + transactions + ACK_REQUESTS, file);
    const bodies = all.slice(0, warmUp + transactions);
    const measured = await measureRounds(system, 'http', { ...options, bodies }, (part) =>
      saturate(holdfast.httpUrl, holdfast.apiKey, { bodies: part, connections }),
    );
    options.log(`measuring: ${ACK_REQUESTS} requests at 50 a second, by what the answer waits for`);
    const acks = await measureAcks(holdfast, all.slice(warmUp + transactions));
    const figures = { ...measured.figures, acks };
    return {
      bench: 'http',
      conditions: { ...(await conditions(system, options)), rounds, connections },
      stages: measured.stages,
      figures,
    };
  });
}

async function conditions({ services }: BenchSystem, { transactions, warmUp, file }: DoorBenchOptions) {
  const records = await medianRecordBytes(services.redis?.port ?? 0, '*:a:*');
  return { transactions, warmUp, source: file === undefined ? 'simulated' : 'file', medianRecordBytes: records };
}

type Door = 'kafka' | 'http';

interface RoundFigures {
  readonly cpuUs: Readonly<Record<'service' | 'Redis' | 'broker', number>>;
  readonly transactions: number;
  readonly perSecond: number;
  readonly load: unknown;
}

async function measureRounds(
  system: BenchSystem,
  door: Door,
  { bodies, warmUp, rounds, log }: DoorBenchOptions & { bodies: readonly Buffer[] },
  load: (bodies: readonly Buffer[]) => Promise<unknown>,
): Promise<Pick<BenchResult, 'stages' | 'figures'>> {
  log(`warm-up: ${warmUp} transactions`);
  await measureRound(system, door, () => load(bodies.slice(0, warmUp)), warmUp);
  const size = Math.floor((bodies.length - warmUp) / rounds);
  const measured: RoundFigures[] = [];
  for (let i = 0; i < rounds; i++) {
    log(`measuring: round ${i + 1} of ${rounds}, ${size} transactions`);
    const from = warmUp + i * size;
    measured.push(await measureRound(system, door, () => load(bodies.slice(from, from + size)), size));
  }
  const service = door === 'kafka' ? 'worker' : 'api';
  const stage = (name: string, part: keyof RoundFigures['cpuUs']) =>
    summarise(
      name,
      measured.map(({ cpuUs, transactions }) => cpuUs[part] / transactions),
    );
  const { pid } = system.holdfast[service];
  return {
    stages: [stage(service, 'service'), stage('Redis', 'Redis'), stage('broker', 'broker')],
    figures: {
      perSecond: measured.map(({ perSecond }) => perSecond),
      ...(await batchFigures(system, door)),
      residentMb: Math.round(residentBytesOf(pid) / 1e6),
      ...(door === 'http' ? { latencies: measured.map((figures) => figures.load) } : {}),
    },
  };
}

/** From the beginning of `load` until everything that it brought is decided and published. */
async function measureRound(
  { services, holdfast }: BenchSystem,
  door: Door,
  load: () => Promise<unknown>,
  transactions: number,
): Promise<RoundFigures> {
  const { pid } = door === 'http' ? holdfast.api : holdfast.worker;
  const cpu = () => ({
    service: cpuUsOf(pid),
    Redis: cpuUsOf(services.redis?.pid),
    broker: cpuUsOf(services.kafka?.pid),
  });
  const before = cpu();
  const startedAt = performance.now();
  const loaded = await load();
  const seconds = ((await untilQuiet(holdfast.adminUrls.worker)) - startedAt) / 1_000;
  const after = cpu();
  return {
    cpuUs: {
      service: after.service - before.service,
      Redis: after.Redis - before.Redis,
      broker: after.broker - before.broker,
    },
    transactions,
    perSecond: Math.round(transactions / seconds),
    load: loaded,
  };
}

async function batchFigures({ holdfast }: BenchSystem, door: Door) {
  const metrics = await scrape([door === 'http' ? holdfast.adminUrls.api : holdfast.adminUrls.worker]);
  const batches = metrics.sum('holdfast_batch_transactions_count', { door });
  const stages = metrics.by('holdfast_stage_seconds_sum', 'stage');
  return {
    meanBatch: round2(metrics.sum('holdfast_batch_transactions_sum', { door }) / batches),
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
