import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holdfast } from '../../deploy/local/holdfast-processes.ts';
import type { Service } from '../../deploy/local/service.ts';
import type { Services } from '../../deploy/local/services.ts';

/** What a fault run breaks. */
export interface System {
  readonly services: Services;
  readonly holdfast: Holdfast;
}

/** Something that goes wrong; resolves when what it broke is running again. */
export type Fault = (system: System) => Promise<void>;

/** Longer than the session by which the group knows its members. */
const PAUSE_MS = 13_000;
const DOWN_MS = 500;

/** Every fault by the name that reports use. */
export const FAULTS = {
  'worker kill -9': ({ holdfast }) => killAndStart(holdfast.worker, 'SIGKILL'),
  'api kill -9': ({ holdfast }) => killAndStart(holdfast.api, 'SIGKILL'),
  'redis kill -9': ({ services }) => killAndStart(local(services.redis, 'Redis'), 'SIGKILL'),
  'broker kill -9': ({ services }) => killAndStart(local(services.kafka, 'Kafka'), 'SIGKILL'),
  FLUSHALL: ({ services }) => flushAll(local(services.redis, 'Redis').port),
  'worker SIGTERM': ({ holdfast }) => killAndStart(holdfast.worker, 'SIGTERM'),
  'api SIGTERM': ({ holdfast }) => killAndStart(holdfast.api, 'SIGTERM'),
  'worker paused beyond its session': ({ holdfast }) => pause(holdfast.worker),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

async function killAndStart(service: Service, signal: NodeJS.Signals): Promise<void> {
  await service.kill(signal);
  await sleep(DOWN_MS);
  await service.start();
}

async function pause(service: Service): Promise<void> {
  await service.kill('SIGSTOP');
  await sleep(PAUSE_MS);
  await service.kill('SIGCONT');
}

function flushAll(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
    socket.once('error', reject);
    socket.once('data', () => {
      socket.end();
      resolve();
    });
  });
}

function local(service: Service | undefined, name: string): Service {
  if (service === undefined)
    throw new Error(`Only a ${name} of this run can be broken: unset REDIS_URL and KAFKA_BROKERS`);
  return service;
}
