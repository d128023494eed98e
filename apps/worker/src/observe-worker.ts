import type { SourceLag } from '#libs/core';
import type { Metrics } from '#libs/platform';
import type { DependencyContacts } from './dependency-contacts.ts';
import type { FetchWatchdog } from './fetch-watchdog.ts';
import type { InputGuard } from './input-guard.ts';
import type { OwnedPartition } from './owned-partition.ts';

/** What can be seen of a worker. */
export interface WorkerView {
  readonly contacts: DependencyContacts;
  readonly kafkaUp: () => boolean;
  readonly watchdog: FetchWatchdog;
  readonly guards: readonly InputGuard[];
  readonly owned: () => readonly OwnedPartition[];
  /** Records between an input's position and its end. */
  readonly lags: () => readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
  readonly entityLags: () => readonly SourceLag[];
}

/** Shows a worker in its metrics; gives back how to end that. */
export function observeWorker(metrics: Metrics, view: WorkerView): (() => void)[] {
  const { contacts, kafkaUp, watchdog, guards, owned, lags, entityLags } = view;
  const count = (...wanted: OwnedPartition['status'][]): number =>
    owned().filter(({ status }) => wanted.includes(status)).length;
  return [
    metrics.observe('dependencyUp', () => [
      { value: Number(contacts.redisUp), labels: { dependency: 'redis' as const } },
      { value: Number(kafkaUp()), labels: { dependency: 'kafka' as const } },
    ]),
    metrics.observe('partitionsOwned', () => [{ value: owned().length, labels: {} }]),
    metrics.observe('partitionsOpen', () => [{ value: count('open'), labels: {} }]),
    metrics.observe('inputsHeldBack', () => [
      { value: guards.reduce((sum, { held }) => sum + held.size, 0), labels: {} },
    ]),
    metrics.observe('inputFetchAgeSeconds', () => [{ value: watchdog.ageMs / 1_000, labels: {} }]),
    metrics.observe('partitionsHalted', () => [{ value: count('halted', 'newer_protocol'), labels: {} }]),
    metrics.observe('outboxDepth', () =>
      owned().map(({ partition, outboxDepth }) => ({ value: outboxDepth, labels: { partition } })),
    ),
    metrics.observe('consumerLag', () =>
      lags().map(({ topic, partition, lag }) => ({ value: lag, labels: { topic, partition } })),
    ),
    metrics.observe('entityLagEvents', () =>
      entityLags().flatMap(({ source: partition, events }) =>
        events === null ? [] : { value: events, labels: { partition } },
      ),
    ),
    metrics.observe('entityLagSeconds', () =>
      entityLags().map(({ source: partition, seconds }) => ({ value: seconds, labels: { partition } })),
    ),
    metrics.observe('entitySourcesHalted', () => [
      { value: entityLags().filter(({ halted }) => halted).length, labels: {} },
    ]),
  ];
}
