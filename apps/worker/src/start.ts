import { agreedPartitions, loadChampion, ModelRefused, UnusableStore, UnusableTopics } from '#libs/adapters';
import { TransientFault } from '#libs/core';
import {
  type Config,
  createLifecycle,
  createLogger,
  handleProcessSignals,
  type Lifecycle,
  type Logger,
  processConfig,
  startAdminServer,
  systemClock,
  type Telemetry,
} from '#libs/platform';
import { createWorker, type ComposedWorker } from './create-worker.ts';

const RETRY_MS = 1_000;
const EXIT_REFUSED = 78;
/** What waiting does not mend. */
const REFUSALS = [ModelRefused, UnusableStore, UnusableTopics];

/** Starts the worker and ties it to its process. While Redis or Kafka is away it waits, alive and not ready. */
export async function start(telemetry: Telemetry): Promise<void> {
  const config = processConfig('worker');
  const logger = createLogger({ service: 'worker', level: config.logLevel });
  const lifecycle = createLifecycle({ logger, deadlineMs: config.shutdownTimeoutMs });
  handleProcessSignals({ lifecycle, logger, process });
  await lifecycle.opened('telemetry', () => telemetry.stop());

  let composed: ComposedWorker | null = null;
  const admin = await startAdminServer({
    host: config.admin.host,
    port: config.admin.workerPort,
    live: {},
    ready: { partitions: () => composed?.worker.ready() ?? { ok: false, reason: 'starting' } },
    serveMetrics: telemetry.serveMetrics,
  });
  await lifecycle.opened('admin server', () => admin.close());

  const onBug = (err: unknown): void => {
    logger.fatal({ err }, 'worker ended by a bug');
    process.exit(70);
  };
  try {
    composed = await openWorker(config, { telemetry, logger, lifecycle, onBug });
  } catch (error) {
    if (!REFUSALS.some((refusal) => error instanceof refusal)) throw error;
    logger.fatal({ err: (error as Error).message }, 'worker cannot start');
    await lifecycle.stop('refused');
    process.exit(EXIT_REFUSED);
  }
  if (composed === null) return;
  const { worker, connections } = composed;
  await lifecycle.opened('connections', () => connections.close());
  await lifecycle.opened('worker', () => worker.stop());
  await worker.start();
  logger.info({ adminPort: admin.port }, 'worker started');
}

/** null when the process was asked to stop before it came to that. */
async function openWorker(
  config: Config,
  process: { telemetry: Telemetry; logger: Logger; lifecycle: Lifecycle; onBug: (error: unknown) => void },
): Promise<ComposedWorker | null> {
  const { logger, lifecycle, telemetry, onBug } = process;
  const model = await loadChampion(config.models);
  await lifecycle.opened('model', () => model.close());
  while (!lifecycle.stopSignal.stopped) {
    try {
      const partitions = await agreedPartitions(
        { brokers: config.kafka.brokers, clientId: 'holdfast-worker' },
        config.kafka.topicPrefix,
      );
      const { metrics } = telemetry;
      return await createWorker(config, { model, partitions, clock: systemClock, logger, metrics, onBug });
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      logger.warn({ err: error.message }, 'waiting for Redis and Kafka');
      await systemClock.sleep(RETRY_MS, lifecycle.stopSignal);
    }
  }
  return null;
}
