import type { InputConsumer } from '#libs/adapters';
import type { Clock, EntityUpdater, ItemResult, OwnerPorts } from '#libs/core';
import type { Logger, Metrics, Tracing } from '#libs/platform';
import type { InputWork } from './apply-batch.ts';
import type { PartitionSurroundings } from './owned-partition.ts';

/** What a worker is built over. */
export interface WorkerOptions {
  readonly consumer: WorkerConsumer;
  /** `transactions` brings the partitions of log and store with it; `labels` are committed into them wherever they are owned. */
  readonly work: Readonly<Record<'transactions' | 'labels', InputWork>>;
  readonly surroundings: Omit<PartitionSurroundings, 'contacts' | 'deliverFrom' | 'lastHeartbeatMs'>;
  readonly store: OwnerPorts['store'];
  /** Reads the partitions of the log that are owned here. */
  readonly entities: Pick<EntityUpdater<unknown>, 'add' | 'remove' | 'run' | 'stop' | 'lag'>;
  /** Keeps the decisions of a batch that somebody may ask for; never fails the batch. */
  readonly keepDetails: (partition: number, results: readonly ItemResult[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Longest time that the input may be silent while it is asked for. */
  readonly fetchSilenceMs: number;
  /** It was silent for longer: the process ends, to be started again. */
  readonly onSilent: (ageMs: number) => void;
  /** Something that must not happen: the process ends, and what is not committed comes again. */
  readonly onBug: (error: unknown) => void;
}

/** What is used of the consumer. */
export type WorkerConsumer = Pick<
  InputConsumer,
  | 'join'
  | 'close'
  | 'start'
  | 'halt'
  | 'commit'
  | 'position'
  | 'watermarks'
  | 'generation'
  | 'lastHeartbeatMs'
  | 'lastFetchMs'
  | 'isFetching'
>;
