import {
  ENTITY_FOLD,
  entityName,
  type EntityState,
  EntityUpdater,
  type UpdaterHooks,
  type UpdaterLimits,
  type UpdaterPorts,
} from '#libs/core';
import type { Config, Logger, Metrics } from '#libs/platform';

const LIMITS: Omit<UpdaterLimits, 'batchEvents' | 'gapMs' | 'queueEvents'> = {
  maxRecords: 128,
  readBytes: 256 * 1024,
  readWaitMs: 500,
  sweepMs: 3_000,
};

/** What the entity updater of a worker is made over. */
export interface EntityUpdaterSurroundings {
  readonly ports: Omit<UpdaterPorts<EntityState>, 'fold'>;
  readonly partitions: number;
  readonly settings: Config['entities'];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The entity updater of a worker, told of in its logs and metrics. It is given its partitions, and run, by the worker. */
export function createEntityUpdater(surroundings: EntityUpdaterSurroundings): EntityUpdater<EntityState> {
  const { ports, partitions, settings, logger, metrics } = surroundings;
  const [limits, hooks] = [updaterLimits(settings), hooksOf(logger, metrics)];
  return new EntityUpdater({ ...ports, fold: ENTITY_FOLD }, { partitions, limits, hooks });
}

/** The bounds that a worker's updater works within. */
export function updaterLimits(settings: Config['entities']): UpdaterLimits {
  return { ...LIMITS, ...settings, queueEvents: settings.batchEvents };
}

function hooksOf(logger: Logger, metrics: Metrics): UpdaterHooks {
  return {
    updated: (records, changes) => {
      metrics.add('entityRecords', records, {});
      metrics.add('entityUpdates', changes, {});
    },
    refused: (reason) => metrics.add('entityRefusals', 1, { reason }),
    retried: (code) => {
      metrics.add('entityRetries', 1, {});
      logger.debug({ code }, 'entity updater tries again');
    },
    restarted: (partition) => logger.info({ partition }, 'entities of a partition are read anew: the store has moved'),
    halted: (partition, reason) => logger.error({ partition, reason }, 'entities of a partition halted'),
    lost: (partition, { fromSeq, toSeq }) => {
      metrics.add('entityEventsLost', toSeq - fromSeq, {});
      logger.error({ partition, fromSeq, toSeq }, 'events were deleted before all entities knew them');
    },
    corrupt: (entity, reason) => {
      metrics.add('entityCorrupt', 1, {});
      logger.error({ entity: entityName(entity), reason }, 'the record of an entity cannot be read');
    },
    mended: (records) => {
      metrics.add('entityMended', records, {});
      logger.info({ records }, 'records of entities were made anew');
    },
    outOfReach: (entity) => {
      metrics.add('entityOutOfReach', 1, {});
      logger.error({ entity: entityName(entity) }, 'an entity cannot be made anew: the log does not reach back');
    },
  };
}
