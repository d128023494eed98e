import {
  type OpenedEntityStore,
  type OpenedPartitionStore,
  type OpenedScoring,
  openEntityStore,
  openPartitionStore,
  openScoring,
} from '#libs/adapters';

/** Every side of the store that a worker works on. */
export interface WorkerStores {
  readonly scoring: OpenedScoring;
  readonly partitionStore: OpenedPartitionStore;
  readonly entityStore: OpenedEntityStore;
}

/** Opens them one after the other. Rejects with `TransientFault` or `UnusableStore`, with nothing left open. */
export async function openWorkerStores(
  settings: Parameters<typeof openScoring>[0],
  surroundings: Parameters<typeof openScoring>[1],
): Promise<WorkerStores> {
  const opened: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  try {
    const scoring = kept(await openScoring(settings, surroundings));
    const partitionStore = kept(await openPartitionStore(scoring, settings, surroundings.onRedisError));
    const entityStore = kept(await openEntityStore(scoring, settings, surroundings.onRedisError));
    return { scoring, partitionStore, entityStore };
  } catch (error) {
    await Promise.all(opened.map((one) => one.close()));
    throw error;
  }
}
