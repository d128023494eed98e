import { randomUUID } from 'node:crypto';
import { connectRedis, KafkaDecisionLog, RedisPartitionStore, StoreKeys, waitForRedis } from '#libs/adapters';
import { createEventCodec } from '#libs/contracts';
import { createHasher, openPartition, type OwnerPorts } from '#libs/core';
import { systemClock } from '#libs/platform';
import { type BenchSystem, stream, transactionBodies, withSystem } from './bench-system.ts';
import { type BenchResult, ownCpuUs, summarise } from './measured-cpu.ts';
import { cpuUsOf } from './process-cpu.ts';

const ROUNDS = 3;

/**
 * Rebuilds every partition of a store that has lost everything from the log: one process, all partitions side by side, as
 * a worker does that owns all of them.
 */
export function benchRebuild(options: {
  transactions: number;
  file?: string;
  log: (line: string) => void;
}): Promise<BenchResult> {
  const { transactions, file, log } = options;
  return withSystem(log, async (system) => {
    await system.holdfast.start();
    const bodies = await transactionBodies(system, transactions, file);
    log(`filling the log: ${transactions} transactions`);
    await stream(system, bodies);
    const audited = await system.holdfast.ops(['audit', '--wait', '2m', '--json']);
    if (audited.exitCode !== 0) throw new Error(audited.errors);
    await system.holdfast.stop();
    return rebuild(system, log);
  });
}

async function rebuild(system: BenchSystem, log: (line: string) => void): Promise<BenchResult> {
  const { services, holdfast } = system;
  const connections = ['owner', 'wake-up'].map((name) =>
    connectRedis(services.redisUrl, { name, commandTimeoutMs: 10_000 }),
  );
  const [owner, subscriber] = connections.map(({ redis }) => redis) as [never, never];
  await Promise.all(connections.map(({ redis }) => waitForRedis(redis, 10_000)));
  const kafka = { brokers: [services.kafkaBrokers], clientId: 'bench', requestTimeoutMs: 10_000 };
  const decisionLog = new KafkaDecisionLog({ kafka, topic: holdfast.topics.names.decisions, log: () => undefined });
  const ports: OwnerPorts = {
    store: new RedisPartitionStore(owner, subscriber, new StoreKeys('rebuild')),
    log: decisionLog,
    inputs: { names: [], watermarks: () => Promise.reject(new Error('There is no input here')) },
    deadLetters: { copy: () => Promise.reject(new Error('Nothing is published here')) },
    codec: createEventCodec(),
    hasher: createHasher(new Uint8Array(16).fill(1)),
    clock: systemClock,
    rules: { maxFutureSkewMs: 300_000 },
    newNonce: () => randomUUID(),
  };
  const rounds: { events: number; seconds: number; own: number; redis: number; broker: number }[] = [];
  try {
    // One round more, to warm up.
    for (let i = 0; i <= ROUNDS; i++) {
      await connections[0]?.redis.flushall();
      const [redis, broker, before, startedAt] = [
        cpuUsOf(services.redis?.pid),
        cpuUsOf(services.kafka?.pid),
        process.cpuUsage(),
        performance.now(),
      ];
      const partitions = Array.from({ length: holdfast.topics.partitions }, (_, partition) => partition);
      const replayed = await Promise.all(partitions.map((partition) => rebuildPartition(partition, ports)));
      const events = replayed.reduce((sum, one) => sum + one, 0);
      const seconds = (performance.now() - startedAt) / 1_000;
      rounds.push({
        events,
        seconds,
        own: ownCpuUs(before),
        redis: cpuUsOf(services.redis?.pid) - redis,
        broker: cpuUsOf(services.kafka?.pid) - broker,
      });
      log(`rebuilt ${events} events in ${seconds.toFixed(1)} s`);
    }
  } finally {
    await Promise.all([...connections, decisionLog].map((connection) => connection.close()));
  }
  const measured = rounds.slice(1);
  const stage = (name: string, part: 'own' | 'redis' | 'broker') =>
    summarise(
      name,
      measured.map((figures) => figures[part] / figures.events),
    );
  return {
    bench: 'rebuild',
    conditions: { events: measured[0]?.events ?? 0, rounds: ROUNDS, partitions: holdfast.topics.partitions },
    stages: [stage('rebuilding process', 'own'), stage('Redis', 'redis'), stage('broker', 'broker')],
    figures: { eventsPerSecond: measured.map(({ events, seconds }) => Math.round(events / seconds)) },
  };
}

/** How many events were replayed. */
async function rebuildPartition(partition: number, ports: OwnerPorts): Promise<number> {
  const opened = await openPartition(partition, ports, () => undefined);
  if (opened.status !== 'opened') throw new Error(`Partition ${partition}: ${JSON.stringify(opened)}`);
  return opened.replayed;
}
