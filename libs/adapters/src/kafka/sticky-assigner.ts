import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import { assert } from '#libs/core';

/** A member of a group as its last assignment left it. */
export interface StickyMember {
  readonly id: string;
  /** Partition numbers that it had, of any topic; a number stands for that partition of every topic. */
  readonly owned: readonly number[];
  /** When it got them, milliseconds since 1970: of two members that claim one partition, the later one has it. */
  readonly ownedSinceMs: number;
}

/**
 * Spreads partition numbers 0 to `partitions` - 1 over members: nobody has more than one more than anybody else, and as few as possible move.
 * Every partition that moves is opened anew by its next owner. Pure and deterministic. Gives the numbers of each member by its id.
 */
export function spread(partitions: number, members: readonly StickyMember[]): ReadonlyMap<string, readonly number[]> {
  assert(members.length > 0, 'a group with at least one member');
  const kept = keepClaims(partitions, members);
  const share = Math.floor(partitions / members.length);
  let larger = partitions % members.length;
  const free = new Set(Array.from({ length: partitions }, (_, partition) => partition));
  // Those who had most keep the larger shares.
  const ordered = members
    .map(({ id }) => ({ id, claimed: kept.get(id) ?? [], has: [] as number[], quota: share }))
    .toSorted((a, b) => b.claimed.length - a.claimed.length || (a.id < b.id ? -1 : 1));
  for (const member of ordered) {
    if (larger > 0) {
      member.quota += 1;
      larger -= 1;
    }
    member.has = member.claimed.slice(0, member.quota);
    for (const partition of member.has) free.delete(partition);
  }
  const left = [...free];
  for (const member of ordered) member.has.push(...left.splice(0, member.quota - member.has.length));
  return new Map(ordered.map(({ id, has }) => [id, has.toSorted((a, b) => a - b)]));
}

/** Each partition's latest claim alone, by member, in order. */
function keepClaims(partitions: number, members: readonly StickyMember[]): ReadonlyMap<string, number[]> {
  const claims = new Map<number, StickyMember>();
  for (const member of members) {
    for (const partition of member.owned) {
      const other = claims.get(partition);
      const isLater =
        other === undefined ||
        member.ownedSinceMs - other.ownedSinceMs > 0 ||
        (member.ownedSinceMs === other.ownedSinceMs && member.id < other.id);
      if (partition < partitions && isLater) claims.set(partition, member);
    }
  }
  const kept = new Map<string, number[]>();
  for (const [partition, { id }] of [...claims].toSorted(([a], [b]) => a - b)) {
    kept.set(id, [...(kept.get(id) ?? []), partition]);
  }
  return kept;
}

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const VERSION = 0;

/** kafkajs's assigner for `spread`; `owned` gives what this member has at the time of a join. All members subscribe to the same topics. */
export function stickyAssigner(owned: () => Pick<StickyMember, 'owned' | 'ownedSinceMs'>): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'holdfast-sticky',
    version: VERSION,
    protocol: ({ topics }) => ({
      name: 'holdfast-sticky',
      metadata: MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.from(JSON.stringify(owned())) }),
    }),
    assign: ({ members, topics }) => {
      const counts = topics.map((topic) => ({ topic, count: cluster.findTopicPartitionMetadata(topic).length }));
      const most = Math.max(...counts.map(({ count }) => count));
      const numbers = spread(
        most,
        members.map(({ memberId, memberMetadata }) => claimsOf(memberId, memberMetadata)),
      );
      return Promise.resolve(
        [...numbers].map(([memberId, partitions]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: VERSION,
            assignment: Object.fromEntries(
              counts.map(({ topic, count }) => [topic, partitions.filter((partition) => partition < count)]),
            ),
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
  });
}

/** Claims are a wish: what cannot be read claims nothing. */
function claimsOf(id: string, metadata: Buffer): StickyMember {
  const nothing = { id, owned: [], ownedSinceMs: 0 };
  const text = MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '';
  try {
    const { owned, ownedSinceMs } = JSON.parse(text) as Partial<StickyMember>;
    if (!Array.isArray(owned) || !owned.every(Number.isSafeInteger) || typeof ownedSinceMs !== 'number') return nothing;
    return { id, owned: owned as number[], ownedSinceMs };
  } catch {
    return nothing;
  }
}
