import { bounded } from './deadline.ts';
import { isLeaderError, KafkaError } from './kafka-error.ts';
import type { Cluster } from './kafkajs-internals.ts';

export const METADATA_MAX_AGE_MS = 30_000;
/** After metadata could not be had, the old one is used for so long before the next try. */
const METADATA_RETRY_MS = 250;
const UNKNOWN_PARTITION = 3;
const LEADER_NOT_AVAILABLE = 5;

/** Who leads which partition, as far as is known. Connects the cluster when it first needs to ask. */
export class TopicLeaders {
  readonly #cluster: Cluster;
  readonly #timeoutMs: number;
  readonly #topics = new Set<string>();
  /** Node ids by partition, by topic; null while a partition has no leader. */
  readonly #leaders = new Map<string, ReadonlyMap<number, string | null>>();
  /** Nodes that a request has failed at since the metadata was loaded. */
  readonly #suspects = new Set<string>();
  #freshUntilMs = 0;
  #refreshing: Promise<void> | null = null;
  #closed = false;

  constructor(cluster: Cluster, timeoutMs: number) {
    this.#cluster = cluster;
    this.#timeoutMs = timeoutMs;
  }

  /** Has the metadata of these topics loaded. */
  async load(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#topics.add(topic);
    await this.#refresh();
  }

  /**
   * Node id of the leader. A known one is given at once, even if new metadata is only on its way: one lost partition delays no other. One at
   * which a request has failed is given only if new metadata, when that can be had, still names it.
   */
  async leaderOf(topic: string, partition: number): Promise<string> {
    const fresh = this.#ensureFresh(topic);
    const known = this.#leaders.get(topic)?.get(partition);
    if (typeof known === 'string' && !this.#suspects.has(known)) {
      fresh.catch(() => undefined);
      return known;
    }
    await fresh;
    const leader = this.#leaders.get(topic)?.get(partition);
    if (typeof leader === 'string') return leader;
    this.markStale();
    throw new KafkaError(leader === null ? LEADER_NOT_AVAILABLE : UNKNOWN_PARTITION, `${topic}/${partition}`);
  }

  /** 0 when there is no such topic. */
  async partitionCount(topic: string): Promise<number> {
    await this.#ensureFresh(topic);
    return this.#leaders.get(topic)?.size ?? 0;
  }

  /** Has the metadata loaded again at the next use; the partitions of `suspect`, a node id, wait for it. */
  markStale(suspect?: string): void {
    this.#freshUntilMs = 0;
    if (suspect !== undefined) this.#suspects.add(suspect);
  }

  /** Every later use rejects; resolves when nothing is being loaded any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#refreshing?.catch(() => undefined);
  }

  async #ensureFresh(topic: string): Promise<void> {
    if (this.#closed) throw new Error('The connection to Kafka is closed');
    if (this.#topics.has(topic) && performance.now() < this.#freshUntilMs) return;
    this.#topics.add(topic);
    await this.#refresh();
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#tryToLoad().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #tryToLoad(): Promise<void> {
    try {
      await bounded(this.#load(), this.#timeoutMs);
      this.#freshUntilMs = performance.now() + METADATA_MAX_AGE_MS;
      this.#suspects.clear();
    } catch (error) {
      // One leaderless partition fails kafkajs's metadata as a whole: the others go on with what was known.
      if (this.#leaders.size === 0) throw error;
      this.#freshUntilMs = performance.now() + METADATA_RETRY_MS;
    }
  }

  async #load(): Promise<void> {
    await this.#cluster.connect();
    let missing: Error | null = null;
    for (const topic of this.#topics) {
      // One by one: a topic that is not there fails kafkajs's request for all of them.
      await this.#cluster.addMultipleTargetTopics([topic]).catch((error: Error) => {
        if (!isLeaderError(error)) throw error;
        missing = error;
      });
    }
    await this.#cluster.refreshMetadata();
    for (const topic of this.#topics) {
      const partitions = this.#cluster.findTopicPartitionMetadata(topic);
      const leaders = partitions.map(({ partitionId, leader }): [number, string | null] => {
        return [partitionId, leader < 0 ? null : String(leader)];
      });
      this.#leaders.set(topic, new Map(leaders));
    }
    if (missing !== null) throw missing as Error;
  }
}
