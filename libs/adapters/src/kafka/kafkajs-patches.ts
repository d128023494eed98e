import { createRequire } from 'node:module';

/** The one version whose internals this folder knows. */
const KNOWN_VERSION = '2.2.4';

const require = createRequire(import.meta.url);

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

interface Connection {
  readonly connectionStatus: string;
  readonly broker: string;
  connecting?: Promise<unknown>;
  connect: (this: Connection) => Promise<unknown>;
  failIfNotConnected: (this: Connection) => void;
}

interface ConsumerGroup {
  heartbeat: (this: ConsumerGroup, options: { interval: number }) => Promise<void>;
}

let patched = false;

/**
 * Repairs four faults of kafkajs in place, once; safe to call again. Throws when the installed version is not the one they were found in.
 * 1. Every connection wakes each millisecond to look at an empty queue: 7 % of a core for an idle producer.
 * 2. Two callers that find one connection closed both open a socket; the first is never closed and keeps the process alive.
 * 3. A connection that is being closed still takes requests; nobody answers them, and its timer is gone: they wait for ever.
 * 4. A member whose coordinator's host dies goes on asking that host until the consumer crashes, loses its membership and waits for its own old
 *    session to end. Now it looks for the new coordinator and goes on as the member that it is.
 */
export function patchKafkajs(): void {
  if (patched) return;
  assertKnownVersion();
  const queue = (require('kafkajs/src/network/requestQueue') as { prototype: object }).prototype;
  Object.assign(queue, { scheduleCheckPendingRequests });
  const connection = (require('kafkajs/src/network/connection') as { prototype: Connection }).prototype;
  const connect = connection.connect;
  connection.connect = function connectOnce(this: Connection): Promise<unknown> {
    this.connecting ??= connect.call(this).finally(() => delete this.connecting);
    return this.connecting;
  };
  connection.failIfNotConnected = failIfNotOpen;
  const group = (require('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup }).prototype;
  const heartbeat = group.heartbeat;
  group.heartbeat = async function heartbeatOrFindCoordinator(options): Promise<void> {
    try {
      await heartbeat.call(this, options);
    } catch (error) {
      throw isConnectionError(error) ? coordinatorLost() : error;
    }
  };
  patched = true;
}

function failIfNotOpen(this: Connection): void {
  if (this.connectionStatus === 'connected') return;
  const errors = require('kafkajs/src/errors') as {
    KafkaJSConnectionError: new (message: string, options: { broker: string }) => Error;
  };
  throw new errors.KafkaJSConnectionError('Not connected', { broker: this.broker });
}

const CONNECTION_ERRORS: ReadonlySet<string> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
]);

function isConnectionError(error: unknown): boolean {
  return error instanceof Error && CONNECTION_ERRORS.has(error.name);
}

/** NOT_COORDINATOR_FOR_GROUP: what kafkajs answers by looking for the coordinator and joining as the member that it was. */
function coordinatorLost(): Error {
  const errors = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
  return errors.createErrorFromCode(16);
}

/** Throws unless kafkajs is the version whose internals this folder uses. */
export function assertKnownVersion(): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version === KNOWN_VERSION) return;
  throw new Error(
    `kafkajs ${version} is installed; the code that uses its internals was written for ${KNOWN_VERSION}: check it, then raise the version`,
  );
}

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null) return;
  const throttledForMs = this.throttledUntil - Date.now();
  if (this.pending.length === 0 && throttledForMs <= 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(throttledForMs, 10),
  );
}
