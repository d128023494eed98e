import type { TopicPartition } from '#libs/adapters';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from './timeline.ts';

const SESSION_MS = 1_000;

interface Member {
  heardAtMs: number;
  assigned: readonly TopicPartition[];
}

/**
 * The coordinator of a consumer group. A member hears what is assigned to it when it next asks, and one that does not ask for a session loses everything without
 * hearing of it: until then two members may hold a partition. Harsher than Kafka, which lets a member give up first where it can.
 */
export class SimulatedGroup {
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #inputs: readonly TopicPartition[];
  readonly #members = new Map<string, Member>();

  constructor(timeline: Timeline, random: SeededRandom, inputs: readonly TopicPartition[]) {
    this.#timeline = timeline;
    this.#random = random;
    this.#inputs = inputs;
  }

  /** A heartbeat of a member, that joins with its first one; what is assigned to it now. */
  heartbeat(id: string): readonly TopicPartition[] {
    const { nowMs } = this.#timeline;
    const silent = [...this.#members].filter(([, { heardAtMs }]) => nowMs - heardAtMs > SESSION_MS);
    for (const [member] of silent) this.#members.delete(member);
    const known = this.#members.get(id);
    if (known === undefined) this.#members.set(id, { heardAtMs: nowMs, assigned: [] });
    else known.heardAtMs = nowMs;
    if (known === undefined || silent.length > 0) this.rebalance();
    return this.#members.get(id)?.assigned ?? [];
  }

  leave(id: string): void {
    if (this.#members.delete(id)) this.rebalance();
  }

  /** Deals all partitions of all topics out anew. */
  rebalance(): void {
    const members = this.#random.shuffled([...this.#members.values()]);
    if (members.length === 0) return;
    const shift = this.#random.below(members.length);
    for (const [i, member] of members.entries()) {
      member.assigned = this.#inputs.filter((_, n) => (n + shift) % members.length === i);
    }
  }
}
