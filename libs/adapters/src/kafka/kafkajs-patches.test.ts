import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { patchKafkajs } from './kafkajs-patches.ts';

const require = createRequire(import.meta.url);
const silent = { debug: () => undefined, error: () => undefined, warn: () => undefined };
const logger = { ...silent, namespace: () => silent };

interface Connection {
  connectionStatus: string;
  failIfNotConnected(): void;
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
}
interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  destroy(): void;
}
interface ConsumerGroup {
  memberId: string;
  lastRequest: number;
  coordinator: { heartbeat(): Promise<void> };
  heartbeat(options: { interval: number }): Promise<void>;
}
const { Connection, ConsumerGroup, RequestQueue } = {
  ConsumerGroup: require('kafkajs/src/consumer/consumerGroup') as new (options: object) => ConsumerGroup,
  Connection: require('kafkajs/src/network/connection') as new (options: object) => Connection,
  RequestQueue: require('kafkajs/src/network/requestQueue') as new (options: object) => RequestQueue,
};

class FakeSocket extends EventEmitter {
  end(): void {}
  unref(): void {}
}

patchKafkajs();

describe('kafkajs, repaired', () => {
  it('opens one socket for any number of callers that find a connection closed, and another after it was closed', async () => {
    let opened = 0;
    const socketFactory = ({ onConnect }: { onConnect: () => void }): FakeSocket => {
      opened += 1;
      setTimeout(onConnect, 10);
      return new FakeSocket();
    };
    const connection = new Connection({
      host: 'h',
      port: 1,
      logger,
      socketFactory,
      connectionTimeout: 1_000,
      requestTimeout: 1_000,
    });
    await Promise.all([connection.connect(), connection.connect(), connection.connect()]);
    expect(opened).toBe(1);
    await connection.disconnect();
    await connection.connect();
    expect(opened).toBe(2);
    await connection.disconnect();
  });

  it('refuses requests on a connection that is being closed', async () => {
    const socketFactory = ({ onConnect }: { onConnect: () => void }): FakeSocket => {
      setTimeout(onConnect, 1);
      return new FakeSocket();
    };
    const options = { host: 'h', port: 1, logger, socketFactory, connectionTimeout: 1_000, requestTimeout: 1_000 };
    const connection = new Connection(options);
    await connection.connect();
    connection.failIfNotConnected();
    const closing = connection.disconnect();
    expect(connection.connectionStatus).toBe('disconnecting');
    expect(() => connection.failIfNotConnected()).toThrow('Not connected');
    await closing;
    expect(() => connection.failIfNotConnected()).toThrow('Not connected');
  });

  it('sets no timer for an empty request queue, and one for a queue that is throttled or has to wait', () => {
    const queue = new RequestQueue({ logger: silent, maxInFlightRequests: 0 });
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
    queue.pending.push('waits');
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    queue.destroy();
    queue.pending.length = 0;
    queue.throttledUntil = Date.now() + 10_000;
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    queue.destroy();
  });

  it('looks for the coordinator anew when the one that it knows cannot be reached, and only then', async () => {
    const group = new ConsumerGroup({ logger, topics: [], retry: {} });
    const heartbeatThat = async (errorName: string): Promise<unknown> => {
      const error = Object.assign(new Error('failed'), { name: errorName });
      Object.assign(group, { memberId: 'm', lastRequest: 0, coordinator: { heartbeat: () => Promise.reject(error) } });
      return group.heartbeat({ interval: 0 }).catch((caught: unknown) => caught);
    };
    for (const name of ['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError']) {
      expect(await heartbeatThat(name)).toMatchObject({ type: 'NOT_COORDINATOR_FOR_GROUP' });
    }
    expect(await heartbeatThat('KafkaJSProtocolError')).toMatchObject({
      name: 'KafkaJSProtocolError',
      message: 'failed',
    });
  });
});
