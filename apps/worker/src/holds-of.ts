import type { Hasher, ItemResult } from '#libs/core';

/** What is kept in full of a batch from Kafka: holds, which people ask about. An approval is answered with outcome and score. */
export function holdsOf(results: readonly ItemResult[], hasher: Hasher) {
  return results.flatMap((result) => {
    if (result.kind !== 'decided' || result.decision.outcome !== 'hold') return [];
    const { decision, seq } = result;
    return [{ decision, seq, content: hasher.text32(decision.transaction.canonicalJson) }];
  });
}
