import { AccountWorkspace } from '../account/account-workspace.ts';
import type { KnownTransaction } from '../account/lookup.ts';
import { CorruptRecord } from '../account/record-envelope.ts';
import { bucketOf } from '../account/overflow.ts';
import type { RecordedVerdict } from '../decision.ts';
import { homeState } from '../home.ts';
import type { Identity } from '../transaction.ts';
import type { ScoringPorts } from './score-batch.ts';

/** What an account keeps of a transaction; `closed` when its partition is not open, so that what the store holds may not be the truth. */
export type FoundTransaction =
  /** `content`: keyed hash of the canonical content. */
  | { readonly status: 'known'; readonly verdict: RecordedVerdict; readonly content: number }
  | { readonly status: 'unknown' }
  | { readonly status: 'closed' };

/** Looks a decided transaction up in its account. Reads only. Throws `TransientFault` when the store is out of reach. */
export async function findTransaction(
  asked: { readonly partition: number; readonly identity: Identity },
  { store, hasher }: Pick<ScoringPorts, 'store' | 'hasher'>,
): Promise<FoundTransaction> {
  const { partition, identity } = asked;
  const { accountId } = identity;
  const { home, accounts } = await store.load(partition, [accountId]);
  if (homeState(home) !== 'open') return { status: 'closed' };
  const hash = hasher.identity(identity);
  let known: KnownTransaction | null;
  try {
    const workspace = new AccountWorkspace(accountId, accounts[0] ?? { version: null, record: null });
    if (workspace.state.overflowMs !== -Infinity) {
      const bucket = bucketOf(hash);
      const [record] = await store.loadOverflow(partition, [{ accountId, bucket }]);
      workspace.setOverflow(bucket, record ?? null);
    }
    known = workspace.find(hash);
  } catch (error) {
    if (!(error instanceof CorruptRecord)) throw error;
    await store.reportDamage(partition, home as string, [accountId]);
    return { status: 'closed' };
  }
  if (known === null) return { status: 'unknown' };
  const { outcome, riskScore, seq, content } = known;
  return { status: 'known', verdict: { outcome, riskScore, seq }, content };
}
