import { assert } from './faults.ts';

/**
 * The partition of an account: murmur2 of its id, as Kafka's Java client and kafkajs compute it for a record's key, modulo `partitions`.
 * The id is ASCII (its pattern says so), so that its characters are its UTF-8 bytes.
 */
export function partitionOf(accountId: string, partitions: number): number {
  return (murmur2(accountId) & 0x7fffffff) % partitions;
}

const MULTIPLIER = 0x5bd1e995;

/** MurmurHash2, 32 bits, with Kafka's seed. Source: org.apache.kafka.common.utils.Utils.murmur2. */
function murmur2(text: string): number {
  const length = text.length;
  let hash = 0x9747b28c ^ length;
  let seen = 0;
  const tail = length & ~3;
  for (let at = 0; at < tail; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    seen |= a | b | c | d;
    let word = Math.imul(a | (b << 8) | (c << 16) | (d << 24), MULTIPLIER);
    word ^= word >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at--) {
      const code = text.charCodeAt(at);
      seen |= code;
      hash ^= code << ((at - tail) * 8);
    }
    hash = Math.imul(hash, MULTIPLIER);
  }
  assert(seen < 128, 'an account id is ASCII');
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
