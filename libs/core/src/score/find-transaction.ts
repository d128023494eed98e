import { bucketOf } from '../account/overflow.ts';
import type { RecordedVerdict } from '../decision.ts';
import type { Identity } from '../transaction.ts';
import { lookAtAccount } from './look-at-account.ts';
import type { ScoringPorts } from './score-batch.ts';

/** What an account keeps of a transaction; `closed` when its partition is not open, so that what the store holds may not be the truth. */
export type FoundTransaction =
  /** `content`: keyed hash of the canonical content. */
  | { readonly status: 'known'; readonly verdict: RecordedVerdict; readonly content: number }
  | { readonly status: 'unknown' }
  | { readonly status: 'closed' };

/** Looks a decided transaction up in its account. Reads only. Throws `TransientFault` when the store is out of reach. */
export async function findTransaction(
  { partition, identity }: { readonly partition: number; readonly identity: Identity },
  { store, hasher }: Pick<ScoringPorts, 'store' | 'hasher'>,
): Promise<FoundTransaction> {
  const { accountId } = identity;
  const hash = hasher.identity(identity);
  const found = await lookAtAccount(
    { partition, accountId },
    store,
    async ({ workspace }): Promise<FoundTransaction> => {
      if (workspace.state.overflowMs !== -Infinity) {
        const bucket = bucketOf(hash);
        const [record] = await store.loadOverflow(partition, [{ accountId, bucket }]);
        workspace.setOverflow(bucket, record ?? null);
      }
      const known = workspace.find(hash);
      if (known === null) return { status: 'unknown' };
      const { outcome, riskScore, seq, content } = known;
      return { status: 'known', verdict: { outcome, riskScore, seq }, content };
    },
  );
  return found ?? { status: 'closed' };
}
