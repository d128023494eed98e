import { DecisionDetails } from '#libs/adapters';
import { deadLetter } from '#libs/contracts';
import {
  type DeadLetters,
  ENTITY_FOLD,
  EntityUpdater,
  type NewLogRecord,
  type RelayLimits,
  type ScoringPorts,
  type UpdaterHooks,
  type UpdaterLimits,
} from '#libs/core';
import { NO_TRACING } from '#libs/platform';
import type { InputWork } from '../../apps/worker/src/apply-batch.ts';
import { holdsOf } from '../../apps/worker/src/holds-of.ts';
import { InputGuard } from '../../apps/worker/src/input-guard.ts';
import { labelReader, transactionReader } from '../../apps/worker/src/read-record.ts';
import { Worker } from '../../apps/worker/src/worker.ts';
import type { WorkerOptions } from '../../apps/worker/src/worker-options.ts';
import { SimulatedLog, TOPICS } from './simulated-broker.ts';
import { SimulatedConsumer } from './simulated-consumer.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { HASHER, LABEL_PARSER, LOGGER, METRICS, type SimulatedSystem, TRANSACTION_PARSER } from './simulated-system.ts';

const RELAY_LIMITS: RelayLimits = {
  lingerMs: 0,
  pollMs: 200,
  maxSendBytes: 4_000,
  maxEntries: 4,
  trimIntervalMs: 5,
  keepEvents: 3,
  openAgeMs: 20_000,
};
const UPDATER_LIMITS: UpdaterLimits = {
  batchEvents: 8,
  gapMs: 5,
  maxRecords: 4,
  queueEvents: 8,
  readBytes: 2_000,
  readWaitMs: 500,
  sweepMs: 1_000,
};

type Append = (topic: string, partition: number, records: readonly NewLogRecord[]) => Promise<void>;

/** Starts a worker over `lane`; gives back how to stop it in order. */
export function startWorker(system: SimulatedSystem, lane: SimulatedProcess): { readonly stop: () => void } {
  const { broker, network } = system;
  const { partitionStore: store, ...ports } = system.scoringPorts(lane, lane.skewMs);
  const { clock } = ports;
  const bug = (error: unknown): void => system.bug(error);
  const append: Append = (topic, partition, records) =>
    network.call(lane, broker, async () => broker.append(topic, partition, records));
  const consumer: SimulatedConsumer = new SimulatedConsumer({
    id: system.newName(),
    lane,
    clock,
    network,
    broker,
    group: system.group,
    onAssigned: (partitions) => worker.assign(partitions),
    onRevoked: (partitions) => worker.revoke(partitions),
    onBatch: (batch) => worker.apply(batch),
    onOutOfRange: (where) => void worker.outOfRange(where).catch(bug),
    onCrash: bug,
  });
  const log = new SimulatedLog(TOPICS.decisions, { broker, network, lane });
  const details = new DecisionDetails(system.detailCache(lane), () => undefined);
  const { partitions } = broker;
  const worker = new Worker({
    consumer,
    clock,
    store,
    logger: LOGGER,
    metrics: METRICS,
    tracing: NO_TRACING,
    onBug: bug,
    onSilent: () => bug(new Error('The input was silent')),
    fetchSilenceMs: 60_000,
    entities: new EntityUpdater(
      { ...ports, fold: ENTITY_FOLD, store: ports.entities, log },
      { partitions, limits: UPDATER_LIMITS, hooks: updaterHooks(bug) },
    ),
    keepDetails: (partition, results) => details.keep(partition, holdsOf(results, HASHER)),
    work: inputsOf(ports, partitions, append),
    surroundings: {
      owner: {
        ...ports,
        store,
        log,
        inputs: consumer,
        deadLetters: deadLettersOver(append),
        newNonce: () => system.newName(),
      },
      topic: TOPICS.transactions,
      relayLimits: RELAY_LIMITS,
      logger: LOGGER,
      metrics: METRICS,
    },
  });
  system.timeline.after(0, lane, () => void worker.start().catch(bug));
  return { stop: () => void worker.stop().catch(bug) };
}

function inputsOf(ports: ScoringPorts, partitions: number, append: Append): WorkerOptions['work'] {
  const { clock } = ports;
  const inputOf = (topic: string, read: InputWork['read']): InputWork => ({
    topic,
    partitions,
    ports,
    read,
    forward: async (to, records) => {
      for (const record of records) await append(to, record.partition, [record]);
    },
    forwarded: () => undefined,
    unknownFields: () => undefined,
    guard: new InputGuard({ topic, invalidPercent: 100, invalidWindowRecords: 1_000, clock, logger: LOGGER }),
    limits: { batchTransactions: 4, batchBytes: 4_000 },
  });
  return {
    transactions: inputOf(TOPICS.transactions, transactionReader(TRANSACTION_PARSER)),
    labels: inputOf(TOPICS.labels, labelReader(LABEL_PARSER)),
  };
}

function deadLettersOver(append: Append): DeadLetters {
  return {
    copy: async (rejections) => {
      for (const rejection of rejections) {
        await append(TOPICS.deadLetters, rejection.original.partition, [deadLetter(rejection)]);
      }
    },
  };
}

/** The log of a schedule is whole, and nobody damages entities: nothing may be lost, and nobody called. */
function updaterHooks(bug: (error: unknown) => void): UpdaterHooks {
  return {
    updated: () => undefined,
    refused: () => undefined,
    retried: () => undefined,
    restarted: () => undefined,
    halted: (source, reason) => bug(new Error(`Entities of source ${source} halted: ${reason}`)),
    lost: (source) => bug(new Error(`Entities miss events of source ${source}, and the log is whole`)),
    corrupt: (_, reason) => bug(new Error(`A record of an entity cannot be read: ${reason}`)),
    mended: () => undefined,
    outOfReach: () => undefined,
  };
}
