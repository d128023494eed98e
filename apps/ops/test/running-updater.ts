import { KafkaDecisionLog, openEntityStore, type OpenedScoring } from '#libs/adapters';
import { topicNames } from '#libs/contracts';
import { ENTITY_FOLD, EntityUpdater, type UpdaterHooks } from '#libs/core';
import type { Config } from '#libs/platform';

const LIMITS = { batchEvents: 500, gapMs: 1, maxRecords: 128, queueEvents: 500, readBytes: 1_000_000, readWaitMs: 50, sweepMs: 50 }; // prettier-ignore
const ignored = (): void => undefined;
const HOOKS: UpdaterHooks = {
  updated: ignored,
  refused: ignored,
  retried: ignored,
  restarted: ignored,
  halted: ignored,
  lost: ignored,
  corrupt: ignored,
  mended: ignored,
  outOfReach: ignored,
};

/** Runs the entity updater over all partitions, as the workers do; gives how to end it. */
export async function runUpdater(
  config: Config,
  { scoring, partitions }: { readonly scoring: OpenedScoring; readonly partitions: number },
): Promise<() => Promise<void>> {
  const opened = await openEntityStore(scoring, { ...config, partitions }, ignored);
  const kafka = { brokers: config.kafka.brokers, clientId: 'ops-test-entities' };
  const log = new KafkaDecisionLog({ kafka, topic: topicNames(config.kafka.topicPrefix).decisions });
  const ports = { ...scoring.ports, store: opened.store, log, fold: ENTITY_FOLD };
  const updater = new EntityUpdater(ports, { partitions, limits: LIMITS, hooks: HOOKS });
  for (let source = 0; source < partitions; source++) updater.add(source);
  const running = updater.run();
  return async () => {
    updater.stop();
    await running;
    await Promise.all([opened.close(), log.close()]);
  };
}
