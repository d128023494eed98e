import {
  agreedTopics,
  ModelRefused,
  openChampion,
  openScoring,
  UnusableStore,
  UnusableTopics,
  type OpenedScoring,
} from '#libs/adapters';
import {
  followChampion,
  runProcess,
  systemClock,
  type ApiKey,
  type Config,
  type Logger,
  type ProcessFrame,
  type Telemetry,
} from '#libs/platform';
import type { ModelIdentity } from '#libs/core';
import { createDevelopmentKey } from './api-keys.ts';
import { createApi } from './create-api.ts';
import { createScorer } from './scorer.ts';
import { StoreWatch } from './store-watch.ts';

/** Runs the api as a process. */
export function start(telemetry: Telemetry): Promise<void> {
  const refusals = [ModelRefused, UnusableStore, UnusableTopics];
  return runProcess({ role: 'api', telemetry, refusals, open: openDoor });
}

async function openDoor(frame: ProcessFrame): Promise<void> {
  const { config, logger, lifecycle, metrics, tracing } = frame;
  const opened = await openScorer(frame);
  if (opened === null) return;
  const { scoring, partitions } = opened;
  const scorer = createScorer(scoring.ports);

  const watch = new StoreWatch(scorer, partitions, logger);
  await watch.look();
  const watching = watch.run({ clock: systemClock, metrics, stop: lifecycle.stopSignal });
  await lifecycle.opened('store watch', () => watching);

  const api = await createApi(config, {
    scorer,
    detailCache: scoring.details,
    partitions,
    apiKeys: apiKeysOf(config, logger),
    clock: systemClock,
    logger,
    metrics,
    tracing,
  });
  await lifecycle.opened('http door', () => api.close());
  const port = await api.listen();
  frame.becomeReady(() => watch.ready);
  logger.info({ port, adminPort: frame.adminPort, partitions, model: opened.model }, 'api started');
}

interface OpenedScorer {
  readonly scoring: OpenedScoring;
  readonly partitions: number;
  /** Which model decides first. */
  readonly model: ModelIdentity;
}

/** The ports of the scorer and the number of partitions; null when the process was asked to stop before it came to that. */
async function openScorer(frame: ProcessFrame): Promise<OpenedScorer | null> {
  const { config, logger, lifecycle, whenReachable } = frame;
  const champion = await openChampion(config.models);
  await followChampion(champion, frame);
  const { brokers, topicPrefix } = config.kafka;
  return whenReachable(async () => {
    const { partitions } = await agreedTopics({ brokers, clientId: 'holdfast-api' }, topicPrefix);
    const scoring = await openScoring(
      { ...config, partitions },
      {
        champion: champion.slot,
        clock: systemClock,
        onRedisError: (err) => logger.debug({ err }, 'redis client'),
      },
    );
    await lifecycle.opened('store', () => scoring.close());
    return { scoring, partitions, model: champion.slot.identity };
  });
}

/** The configured keys; in development, where there are none, one for this process, shown once. */
function apiKeysOf({ environment, http }: Config, logger: Logger): readonly ApiKey[] {
  if (http.apiKeys.length > 0 || environment === 'production') return http.apiKeys;
  const { token, key } = createDevelopmentKey();
  logger.info({ developmentKey: token }, 'api key for development');
  return [key];
}
