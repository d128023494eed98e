import { randomUUID } from 'node:crypto';
import {
  DecisionDetails,
  InputConsumer,
  KafkaDeadLetters,
  KafkaDecisionLog,
  type KafkaLog,
  KafkaProducer,
  type KafkaSettings,
} from '#libs/adapters';
import { type BodyRules, createLabelParser, createTransactionParser, topicNames } from '#libs/contracts';
import type { Clock, Decision, EventCodec, LogEvent, LogRecord, ModelSlot, ScoringPorts } from '#libs/core';
import type { Config, Logger, Metrics, Tracing } from '#libs/platform';
import { tracedLog } from './traced-log.ts';
import type { InputWork } from './apply-batch.ts';
import { createEntityUpdater } from './create-entity-updater.ts';
import { holdsOf } from './holds-of.ts';
import { InputGuard } from './input-guard.ts';
import { labelReader, type ReadValue, transactionReader } from './read-record.ts';
import { openWorkerStores } from './open-worker-stores.ts';
import { relayLimits } from './relay-limits.ts';
import { Worker } from './worker.ts';
import type { WorkerOptions } from './worker-options.ts';

/** What a worker is composed over; the rest it opens itself. */
export interface WorkerDependencies {
  readonly champion: ModelSlot;
  /** Partitions of the topics, as the brokers have them. */
  readonly partitions: number;
  /** How long the decisions topic keeps its records. */
  readonly logRetentionMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Told of each decision of the owned partitions once it is in the log, by whatever door it came; now and then of one twice. */
  readonly onDecided: (decision: Decision) => void;
  readonly onBug: (error: unknown) => void;
  readonly onSilent: (ageMs: number) => void;
}

/** Half of what the output topic takes in one record: a rejection carries its original in base64. */
const BATCH_BYTES = 512 * 1024;
/** Between requests to a broker, so that what several partitions send or ask goes in one. */
const REQUEST_GAP_MS = 5;

/** A worker that has not joined yet, and what was opened for it: to be closed after it has stopped. */
export interface ComposedWorker {
  readonly worker: Worker;
  readonly connections: { close(): Promise<void> };
}

/** Opens what a worker needs and composes it. Rejects with `TransientFault` or `UnusableStore`, with nothing left open. */
export async function createWorker(config: Config, dependencies: WorkerDependencies): Promise<ComposedWorker> {
  const { champion, partitions, logRetentionMs, clock, logger, metrics, tracing, onDecided, onBug, onSilent } =
    dependencies;
  const names = topicNames(config.kafka.topicPrefix);
  const { brokers, requestTimeoutMs } = config.kafka;
  const kafka: KafkaSettings = { brokers, requestTimeoutMs, clientId: 'holdfast-worker' };
  const log: KafkaLog = (level, message, fields) => logger[level]({ ...fields, kafka: message }, 'kafka client');
  const onRedisError = (err: Error): void => logger.warn({ err: err.message }, 'redis connection lost');

  const stores = await openWorkerStores({ ...config, partitions }, { champion, clock, onRedisError });
  const { scoring, partitionStore, entityStore } = stores;
  // Read for entities on a connection of its own: what is read for the relay must not wait behind it.
  const readLog = new KafkaDecisionLog({ kafka, topic: names.decisions, log, gapMs: REQUEST_GAP_MS });
  const decisionLog = new KafkaDecisionLog({ kafka, topic: names.decisions, log, gapMs: REQUEST_GAP_MS });
  const producer = new KafkaProducer({ kafka, log });
  const details = new DecisionDetails(scoring.details, () => metrics.add('detailFailures', 1, {}));
  const consumer: InputConsumer = new InputConsumer({
    kafka,
    log,
    clock,
    groupId: config.kafka.consumerGroup,
    topics: [names.transactions, names.labels],
    sessionTimeoutMs: config.kafka.sessionTimeoutMs,
    maxRecords: config.state.batchMaxTransactions,
    onAssigned: (assigned) => worker.assign(assigned),
    onRevoked: (revoked) => worker.revoke(revoked),
    onBatch: (batch) => worker.apply(batch),
    onOutOfRange: (where) => void worker.outOfRange(where).catch(onBug),
    onCrash: onBug,
  });
  const { store } = partitionStore;
  const deadLetters = new KafkaDeadLetters(producer, names.deadLetters);
  const ports = { store, deadLetters, log: tracedLog(decisionLog, tracing) };

  const worker = new Worker({
    consumer,
    clock,
    logger,
    metrics,
    tracing,
    onBug,
    onSilent,
    fetchSilenceMs: config.input.fetchSilenceMs,
    store,
    entities: createEntityUpdater({
      ports: {
        ...scoring.ports,
        codec: tapped(scoring.ports.codec, onDecided),
        store: entityStore.store,
        log: readLog,
      },
      partitions,
      settings: config.entities,
      logger,
      metrics,
    }),
    keepDetails: (partition, results) => details.keep(partition, holdsOf(results, scoring.ports.hasher)),
    work: inputsOf(config, { ports: scoring.ports, partitions, producer, clock, logger, metrics }),
    surroundings: {
      owner: { ...scoring.ports, ...ports, inputs: consumer, newNonce: () => randomUUID() },
      topic: names.transactions,
      relayLimits: relayLimits(config.relay, logRetentionMs),
      logger,
      metrics,
    },
  });
  const close = async (): Promise<void> => {
    await details.drain();
    const opened = [decisionLog, readLog, producer, partitionStore, entityStore, scoring];
    await Promise.all(opened.map((connection) => connection.close()));
  };
  return { worker, connections: { close } };
}

/** A codec that tells of the decisions that it decodes. */
function tapped({ decode }: Pick<EventCodec, 'decode'>, onDecided: WorkerDependencies['onDecided']) {
  return {
    decode: (record: LogRecord): LogEvent => {
      const event = decode(record);
      if (event.type === 'decision.made') onDecided(event.decision);
      return event;
    },
  };
}

/** How the topics are worked off. A producer that is newer than this program must not stop it: fields that it does not know are ignored. */
function inputsOf(
  config: Config,
  work: Pick<WorkerDependencies, 'partitions' | 'clock' | 'logger' | 'metrics'> & {
    readonly ports: ScoringPorts;
    readonly producer: KafkaProducer;
  },
): WorkerOptions['work'] {
  const { ports, partitions, producer, clock, logger, metrics } = work;
  const refuseCardNumbers = config.state.refuseCardNumbers === 'yes';
  const rules: BodyRules = { unknownFields: 'ignore', refuseCardNumbers };
  const names = topicNames(config.kafka.topicPrefix);
  const inputOf = (input: 'transactions' | 'labels', read: ReadValue): InputWork => ({
    topic: names[input],
    partitions,
    ports,
    read,
    forward: (to, records) => producer.send(to, records),
    forwarded: (records) => metrics.add('forwarded', records, {}),
    unknownFields: (fields) => metrics.add('unknownFields', fields, { input }),
    guard: new InputGuard({ ...config.input, topic: names[input], clock, logger }),
    limits: { batchTransactions: config.state.batchMaxTransactions, batchBytes: BATCH_BYTES },
  });
  return {
    transactions: inputOf('transactions', transactionReader(createTransactionParser(rules))),
    labels: inputOf('labels', labelReader(createLabelParser(rules))),
  };
}
