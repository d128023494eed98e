import { agreedTopics, ModelRefused, openChampion, UnusableStore, UnusableTopics } from '#libs/adapters';
import { EXIT, followChampion, runProcess, systemClock, type ProcessFrame, type Telemetry } from '#libs/platform';
import { watchDrift } from './watch-drift.ts';
import { createWorker } from './create-worker.ts';
import { followChallengers } from './follow-challengers.ts';

/** Runs the worker as a process. */
export function start(telemetry: Telemetry): Promise<void> {
  const refusals = [ModelRefused, UnusableStore, UnusableTopics];
  return runProcess({ role: 'worker', telemetry, refusals, open: openWorker });
}

async function openWorker(frame: ProcessFrame): Promise<void> {
  const { config, logger, lifecycle, metrics, tracing, adminPort } = frame;
  const champion = await openChampion(config.models);
  await followChampion(champion, frame);
  const shadow = await followChallengers(champion.source, frame);
  const drift = watchDrift(champion.slot, metrics);
  await lifecycle.opened('drift', async () => drift.close());
  const onBug = (err: unknown): void => {
    logger.fatal({ err }, 'worker ended by a bug');
    process.exit(EXIT.bug);
  };
  const onSilent = (ageMs: number): void => {
    logger.fatal({ ageMs: Math.round(ageMs) }, 'worker ended: no fetch from the input has succeeded for too long');
    process.exit(EXIT.stalled);
  };
  const { brokers, topicPrefix } = config.kafka;
  const composed = await frame.whenReachable(async () => {
    const kafka = { brokers, clientId: 'holdfast-worker' };
    const { partitions, decisionsRetentionMs: logRetentionMs } = await agreedTopics(kafka, topicPrefix);
    return createWorker(config, {
      champion: champion.slot,
      onDecided: (decision) => {
        shadow.offer(decision);
        drift.offer(decision);
      },
      partitions,
      logRetentionMs,
      clock: systemClock,
      logger,
      metrics,
      tracing,
      onBug,
      onSilent,
    });
  });
  if (composed === null) return;
  const { worker, connections } = composed;
  await lifecycle.opened('connections', () => connections.close());
  await lifecycle.opened('worker', () => worker.stop());
  frame.becomeReady(() => worker.ready());
  await worker.start();
  logger.info({ adminPort, model: champion.slot.identity }, 'worker started');
}
