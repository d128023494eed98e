import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DecisionFollower } from '../../deploy/local/demo/decision-follower.ts';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { runCommand } from '../../deploy/local/run-command.ts';
import type { Log } from '../../deploy/local/service.ts';
import { partitionOf } from '#libs/core';
import type { BrokenSystem } from './broken-system.ts';
import { planFaults } from './fault-plan.ts';
import { FaultRunner } from './fault-runner.ts';
import { HttpAsker, type Asked } from './http-asker.ts';
import { KafkaFeed } from './kafka-feed.ts';
import type { ChaosOptions } from './options.ts';
import { RecoveryWatches } from './recovery.ts';
import { type AuditSummary, type ChaosReport, reportOf } from './report.ts';
import { sendTraffic } from './send-traffic.ts';
import { deliveries, TrafficCounts } from './traffic.ts';
import { simulateTo, transactionsIn } from './transaction-source.ts';

/** What a run is carried out with. */
export interface RunContext {
  readonly options: ChaosOptions;
  readonly workDir: string;
  readonly log: Log;
  /** Aborted when the run is to end at once. */
  readonly signal: AbortSignal;
}

const COPY_EVERY_MS = 20_000;
/** Until the group has dropped members that died and everything is published. */
const QUIESCE = '2m';

/**
 * Sends transactions through both doors while things break, waits until all is quiet, and audits. What breaks is started again here, as a supervisor
 * does; the rest is up to the service.
 */
export async function runChaos(system: BrokenSystem, context: RunContext): Promise<ChaosReport> {
  const { options, workDir, log, signal } = context;
  const { holdfast } = system;
  const { partitions } = holdfast.topics;
  const runStartedAt = performance.now();
  const file = await transactionFile(system, context);
  const askedFile = join(workDir, 'asked.ndjson');
  const watches = new RecoveryWatches(partitions);
  const counts = new TrafficCounts();
  const faults = new FaultRunner(system, watches, log);

  await system.copies.take();
  const seconds = 60 * options.minutes;
  const startedAt = performance.now();
  const [sent] = await Promise.all([
    sendBoth(system, context, { file, askedFile, watches, counts }),
    faults.run(planFaults(options.deck, { seconds, seed: options.seed }), startedAt),
    copyFromTimeToTime(system, AbortSignal.any([signal, AbortSignal.timeout(1_000 * seconds)])),
  ]);
  const trafficSeconds = (performance.now() - startedAt) / 1_000;
  log(`sent: ${JSON.stringify(counts.report())}; http: ${JSON.stringify(sent.asked)}`);
  signal.throwIfAborted();
  const audit = await runAudit(holdfast, askedFile, context);
  return reportOf({
    seed: options.seed,
    commit: await commit(),
    workers: options.workers,
    sessionTimeoutMs: options.sessionTimeoutMs,
    trafficSeconds,
    seconds: (performance.now() - runStartedAt) / 1_000,
    sent: counts.report(),
    kafka: sent.kafka,
    asked: sent.asked,
    faults: faults.records(startedAt),
    endedByThemselves: system.endedByThemselves(),
    audit,
  });
}

interface Sending {
  readonly file: string;
  readonly askedFile: string;
  readonly watches: RecoveryWatches;
  readonly counts: TrafficCounts;
}

/** Sends for as long as the run lasts; resolves when everything is acknowledged and answered. */
async function sendBoth(
  system: BrokenSystem,
  { options, signal }: RunContext,
  { file, askedFile, watches, counts }: Sending,
): Promise<{ asked: Asked; kafka: { acknowledged: number; retries: number } }> {
  const { holdfast, brokerAddress } = system;
  const { names, partitions } = holdfast.topics;
  const sentAtOf = new Map<string, number>();
  let broken: Error | null = null;
  const follower = new DecisionFollower({ brokers: [brokerAddress], topic: names.decisions, partitions });
  await follower.start(
    (event) => {
      if (event.type !== 'decision.made') return;
      const { accountId, transactionId } = event.decision.transaction;
      const key = `${accountId} ${transactionId}`;
      const sentAt = sentAtOf.get(key);
      if (sentAt === undefined) return;
      sentAtOf.delete(key);
      watches.see({
        door: 'kafka',
        partition: partitionOf(accountId, partitions),
        sentAt,
        decidedAt: performance.now(),
      });
    },
    (error) => (broken = new Error('The log contradicts itself', { cause: error })),
  );
  const feed = new KafkaFeed({ broker: brokerAddress, topic: names.transactions, signal });
  const asker = new HttpAsker(holdfast, askedFile, {
    signal,
    onAnswer: ({ partition, askedAt, answeredAt }) =>
      watches.see({ door: 'http', partition, sentAt: askedAt, decidedAt: answeredAt }),
  });
  const onFirst = (accountId: string, transactionId: string): void => {
    sentAtOf.set(`${accountId} ${transactionId}`, performance.now());
  };
  try {
    const seconds = 60 * options.minutes;
    await sendTraffic(
      deliveries(transactionsIn(file), options.seed),
      { feed, asker, partitions, onFirst },
      {
        ratePerSecond: options.rate,
        seconds,
        counts,
        signal,
      },
    );
    await feed.drain();
    const asked = await asker.finish();
    if (broken !== null) throw broken as Error;
    return { asked, kafka: { acknowledged: feed.acknowledged, retries: feed.retries } };
  } finally {
    await feed.close();
    await follower.stop();
  }
}

/** A file with more transactions than the run can send. */
async function transactionFile(system: BrokenSystem, { options, workDir, signal }: RunContext): Promise<string> {
  const { minutes, rate, seed } = options;
  if (options.file !== null) return options.file;
  const file = join(workDir, 'transactions.ndjson');
  const days = Math.min(15, Math.max(2.5, minutes));
  await simulateTo(file, system.holdfast, { seed, count: Math.ceil(60 * minutes * rate), days, signal });
  return file;
}

async function copyFromTimeToTime(system: BrokenSystem, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(COPY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await system.copies.take();
  }
}

/** null when the audit did not come to an end; why is in the log. */
async function runAudit(
  holdfast: PrivateSystem,
  askedFile: string,
  { log, signal }: RunContext,
): Promise<AuditSummary | null> {
  log('quiet: auditing');
  const audit = await holdfast.ops(['audit', '--wait', QUIESCE, '--asked', askedFile, '--json'], { signal });
  if (audit.errors.trim() !== '') log(audit.errors.trim());
  return audit.output === '' ? null : (JSON.parse(audit.output) as AuditSummary);
}

/** The commit that was run, with a plus when something was changed on top; `unknown` outside of a clone. */
async function commit(): Promise<string> {
  try {
    const head = (await runCommand('git', ['rev-parse', '--short=12', 'HEAD'])).trim();
    const changed = (await runCommand('git', ['status', '--porcelain', '--untracked-files=no'])).trim();
    return changed === '' ? head : `${head}+`;
  } catch {
    return 'unknown';
  }
}
