import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { type KafkaDistribution, kafkaDistribution } from './kafka-distribution.ts';
import { knowsItsBroker } from './kafka-ready.ts';
import { runCommand } from './run-command.ts';
import { type Log, type Service, service } from './service.ts';

export interface KafkaOptions {
  /** A heap and compilers for measuring throughput; the default starts fast and stays small (165 MB). */
  readonly forBenchmarks?: boolean;
  /** More lines of server.properties, or other values than ours. */
  readonly config?: Readonly<Record<string, string>>;
  /** One more listener, on `port`, whose clients are told to come by `proxyPort`. Those of the ordinary listener go straight. */
  readonly proxied?: { readonly port: number; readonly proxyPort: number };
}

/** One Apache Kafka process, broker and controller in one. Topics are created by their owners, never by accident. */
export async function kafkaService(data: DataDirectory, options: KafkaOptions, log: Log): Promise<Service> {
  const port = await data.port('kafka');
  const controllerPort = await data.port('kafka-controller');
  const kafka = await kafkaDistribution(log);
  const dir = join(data.path, 'kafka');
  const properties = join(dir, 'server.properties');
  const archiveDraft = `${kafka.classArchive}.${process.pid}`;
  return service({
    name: 'kafka',
    port,
    dataDir: data.path,
    prepare: async () => {
      await mkdir(dir, { recursive: true });
      await writeFile(properties, serverProperties(dir, port, controllerPort, options));
      await formatOnce(kafka, dir, properties);
      const archive = existsSync(kafka.classArchive)
        ? `-XX:SharedArchiveFile=${kafka.classArchive}`
        : `-XX:ArchiveClassesAtExit=${archiveDraft}`;
      return {
        file: kafka.java,
        args: [...javaOptions(options), archive, ...program(kafka, 'kafka.Kafka'), properties],
      };
    },
    isReady: () => knowsItsBroker(port),
    // The first start without the archive ends by writing it; the rename makes it whole for everybody at once.
    afterStop: () => (existsSync(archiveDraft) ? rename(archiveDraft, kafka.classArchive) : Promise.resolve()),
    readyWithinMs: 60_000,
    stopWithinMs: 20_000,
    log,
  });
}

function javaOptions(options: KafkaOptions): string[] {
  if (options.forBenchmarks === true) return ['-Xms512m', '-Xmx512m', '-XX:+UseG1GC', LOG_LEVEL];
  return ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', LOG_LEVEL];
}

const LOG_LEVEL = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';

function program(kafka: KafkaDistribution, mainClass: string): string[] {
  return ['-Dorg.slf4j.simpleLogger.showDateTime=true', '-cp', kafka.classPath, mainClass];
}

/** Writes the cluster's identity into an empty data folder. A format that was interrupted is done again. */
async function formatOnce(kafka: KafkaDistribution, dir: string, properties: string): Promise<void> {
  const formatted = join(dir, 'formatted');
  if (existsSync(formatted)) return;
  await rm(logDir(dir), { recursive: true, force: true });
  const tool = program(kafka, 'kafka.tools.StorageTool');
  const args = ['format', '--standalone', '-t', clusterId(), '-c', properties];
  const archive = existsSync(kafka.classArchive) ? [`-XX:SharedArchiveFile=${kafka.classArchive}`] : [];
  await runCommand(kafka.java, [
    '-Xmx64m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...archive,
    ...tool,
    ...args,
  ]);
  await writeFile(formatted, '');
}

/** 16 random bytes in base64url, as Kafka wants it; its tools take a leading dash for an option. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

function logDir(dir: string): string {
  return join(dir, 'logs');
}

function serverProperties(dir: string, port: number, controllerPort: number, options: KafkaOptions): string {
  const { proxied } = options;
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, `CONTROLLER://127.0.0.1:${controllerPort}`];
  const behindProxy = (at: number | undefined): string[] => (at === undefined ? [] : [`PROXIED://127.0.0.1:${at}`]);
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: [...listeners, ...behindProxy(proxied?.port)].join(','),
    'advertised.listeners': [...listeners, ...behindProxy(proxied?.proxyPort)].join(','),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logDir(dir),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.cleaner.dedupe.buffer.size': '16777216',
    // A broker that was killed is let back in 4 s instead of 13.
    'broker.session.timeout.ms': '1500',
    'broker.heartbeat.interval.ms': '500',
    ...options.config,
  };
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
