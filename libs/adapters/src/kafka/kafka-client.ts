import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Kafka, type ISocketFactoryArgs, logLevel, type LogEntry, type SASLOptions } from 'kafkajs';
import { patchKafkajs } from './kafkajs-patches.ts';

/** Where Kafka is and how to speak to it. */
export interface KafkaSettings {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  /** Default 3,000. */
  readonly connectionTimeoutMs?: number;
  /** Bound of any one request; default 10,000. */
  readonly requestTimeoutMs?: number;
}

export type KafkaLogLevel = 'debug' | 'info' | 'warn';

/**
 * Takes kafkajs's own log lines. What kafkajs calls an error arrives as `warn`: it logs each try that failed, while what must be acted on reaches
 * the callers of this folder as an exception or an event.
 */
export type KafkaLog = (level: KafkaLogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

export const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
const DEFAULT_CONNECTION_TIMEOUT_MS = 3_000;

/**
 * A kafkajs client with the settings and repairs that this product relies on. It connects when something made from it connects.
 * Make one for each of fetching, producing and consuming: clients of one `Kafka` object share state and, per broker, a connection.
 */
export function createKafka(settings: KafkaSettings, log: KafkaLog = () => undefined): Kafka {
  patchKafkajs();
  return new Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
    ...(settings.sasl === undefined ? {} : { sasl: settings.sasl }),
    connectionTimeout: settings.connectionTimeoutMs ?? DEFAULT_CONNECTION_TIMEOUT_MS,
    authenticationTimeout: settings.connectionTimeoutMs ?? DEFAULT_CONNECTION_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
    socketFactory: openSocket,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => passOn(entry, log),
  });
}

/** As kafkajs opens sockets, but without Nagle's delay: every request is one write that somebody waits for. */
function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  // kafkajs disconnects a dead socket once for every try to reach its broker again, and each time leaves a listener on it.
  socket.setMaxListeners(0);
  return socket;
}

function passOn({ namespace, level, log: line }: LogEntry, log: KafkaLog): void {
  const { message, timestamp: _, logger: __, ...fields } = line;
  const levels: Partial<Record<logLevel, KafkaLogLevel>> = { [logLevel.DEBUG]: 'debug', [logLevel.INFO]: 'info' };
  log(levels[level] ?? 'warn', message, { namespace, ...fields });
}
