import { FEATURES, type Model } from '#libs/core';
import type { ComparedDecision } from './model-comparison.ts';
import type { KnownDecision } from './read-decisions.ts';

/** What two models make of the recorded vectors of some decisions. */
export async function scoreBoth(
  batch: readonly KnownDecision[],
  { champion, challenger }: { readonly champion: Model; readonly challenger: Model },
): Promise<ComparedDecision[]> {
  const vectors = new Float32Array(batch.length * FEATURES.length);
  batch.forEach(({ decision }, row) => vectors.set(decision.vector, row * FEATURES.length));
  const byChampion = await champion.score(vectors, batch.length);
  const byChallenger = await challenger.score(vectors, batch.length);
  return batch.map(({ decision, isFraud }, row) => {
    const { accountId, transactionId, amountMinor, currency } = decision.transaction;
    const scores = { champion: byChampion[row] as number, challenger: byChallenger[row] as number };
    return { accountId, transactionId, amountMinor, currency, ...scores, isFraud };
  });
}
