import process from 'node:process';
import {
  agreedPartitions,
  loadChampion,
  ModelRefused,
  openScoring,
  UnusableStore,
  UnusableTopics,
  type OpenedScoring,
} from '#libs/adapters';
import { TransientFault } from '#libs/core';
import {
  createLifecycle,
  createLogger,
  EXIT,
  handleProcessSignals,
  processConfig,
  startAdminServer,
  systemClock,
  type ApiKey,
  type Check,
  type Config,
  type Lifecycle,
  type Logger,
  type Telemetry,
} from '#libs/platform';
import { createDevelopmentKey } from './api-keys.ts';
import { createApi } from './create-api.ts';
import { createScorer } from './scorer.ts';
import { shareRuns } from './shared-runs.ts';
import { StoreWatch } from './store-watch.ts';

const RETRY_MS = 1_000;
/** The model's runtime splits larger runs. */
const MODEL_RUN_ROWS = 64;
/** What waiting does not mend. */
const REFUSALS = [ModelRefused, UnusableStore, UnusableTopics];

interface Surroundings {
  readonly config: Config;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}

/** Starts the api and ties it to its process. While Redis or Kafka is away it waits, alive and not ready. */
export async function start(telemetry: Telemetry): Promise<void> {
  let unknown: readonly string[] = [];
  const config = processConfig('api', (variables) => (unknown = variables));
  const logger = createLogger({ service: 'api', level: config.logLevel });
  const lifecycle = createLifecycle({ logger, deadlineMs: config.shutdownTimeoutMs });
  handleProcessSignals({ lifecycle, logger, process });
  if (unknown.length > 0) logger.warn({ variables: unknown }, 'environment variables that nobody reads');
  await lifecycle.opened('telemetry', () => telemetry.stop());

  let ready: Check = () => ({ ok: false, reason: 'starting: waits for Redis and Kafka' });
  const admin = await startAdminServer({
    host: config.admin.host,
    port: config.admin.apiPort,
    live: {},
    ready: {
      process: () => (lifecycle.stopSignal.stopped ? { ok: false, reason: 'stopping' } : { ok: true }),
      store: () => ready(),
    },
    serveMetrics: telemetry.serveMetrics,
  });
  await lifecycle.opened('admin server', () => admin.close());

  try {
    await openDoor({ config, logger, lifecycle }, telemetry, admin.port, (check) => (ready = check));
  } catch (error) {
    if (!REFUSALS.some((refusal) => error instanceof refusal)) throw error;
    logger.fatal({ reason: (error as Error).message }, 'api refuses to start');
    await lifecycle.stop('refused');
    process.exit(EXIT.refused);
  }
}

async function openDoor(
  surroundings: Surroundings,
  { metrics }: Telemetry,
  adminPort: number,
  becomeReady: (check: Check) => void,
): Promise<void> {
  const { config, logger, lifecycle } = surroundings;
  const opened = await openWhenReachable(surroundings);
  if (opened === null) return;
  const { scoring, partitions } = opened;
  const scorer = createScorer(scoring.ports);

  const watch = new StoreWatch(scorer, partitions, logger);
  await watch.look();
  const watching = watch.run({ clock: systemClock, metrics, stop: lifecycle.stopSignal });
  await lifecycle.opened('store watch', () => watching);
  becomeReady(() => watch.ready);

  const apiKeys = apiKeysOf(config, logger);
  const detailCache = scoring.details;
  const api = await createApi(config, {
    scorer,
    detailCache,
    partitions,
    apiKeys,
    clock: systemClock,
    logger,
    metrics,
  });
  await lifecycle.opened('http door', () => api.close());
  const port = await api.listen();
  logger.info({ port, adminPort, partitions, model: scoring.ports.model.identity }, 'api started');
}

/** The ports of the scorer and the number of partitions; null when the process was asked to stop before it came to that. */
async function openWhenReachable({
  config,
  logger,
  lifecycle,
}: Surroundings): Promise<{ readonly scoring: OpenedScoring; readonly partitions: number } | null> {
  const model = await loadChampion(config.models);
  await lifecycle.opened('model', () => model.close());
  const { brokers, topicPrefix } = config.kafka;
  while (!lifecycle.stopSignal.stopped) {
    try {
      const partitions = await agreedPartitions({ brokers, clientId: 'holdfast-api' }, topicPrefix);
      const scoring = await openScoring(
        { ...config, partitions },
        {
          model: shareRuns(model, MODEL_RUN_ROWS),
          clock: systemClock,
          onRedisError: (err) => logger.debug({ err }, 'redis client'),
        },
      );
      await lifecycle.opened('store', () => scoring.close());
      return { scoring, partitions };
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      logger.warn({ reason: error.message }, 'waiting for Redis and Kafka');
      await systemClock.sleep(RETRY_MS, lifecycle.stopSignal);
    }
  }
  return null;
}

/** The configured keys; in development, where there are none, one for this process, shown once. */
function apiKeysOf({ environment, http }: Config, logger: Logger): readonly ApiKey[] {
  if (http.apiKeys.length > 0 || environment === 'production') return http.apiKeys;
  const { token, key } = createDevelopmentKey();
  logger.info({ developmentKey: token }, 'api key for development');
  return [key];
}
