import { isTruncated, type AccountState } from '../account/account-state.ts';
import { admit } from '../account/admission.ts';
import { type AccountInput, accountInputs } from '../features/account-inputs.ts';
import { timeOrNull } from '../time.ts';
import { lookAtAccount, type AccountPlace } from './look-at-account.ts';
import type { ScoringPorts } from './score-batch.ts';

/** An account as it is known, and what it says at a moment. */
export interface AccountReading {
  /** The moment. */
  readonly atMs: number;
  /** Changes with every write of the account: the last seq of the commit that wrote it. */
  readonly version: number;
  readonly state: AccountState;
  readonly inputs: readonly AccountInput[];
  /** Whether the cap has pushed out events that a window ending at the moment may reach. */
  readonly logTruncated: boolean;
  /** What happened up to then may be missing: the partition was rebuilt from a trimmed log. null when history is whole. */
  readonly partitionFloorMs: number | null;
}

/**
 * `closed` when the account's partition is not open, or its record cannot be read. `too_late` and `from_the_future`: a transaction of that moment
 * would be refused as such, so that nothing would be asked of the account.
 */
export type ReadAccount =
  | { readonly status: 'read'; readonly reading: AccountReading }
  | { readonly status: 'unknown' | 'closed' | 'too_late' | 'from_the_future' };

/**
 * Reads what an account says at `atMs`, or at its watermark if that is null; at the clock's time of an account without transactions. Reads only, all of
 * it at once. Throws `TransientFault` when the store is out of reach.
 */
export async function readAccount(
  { atMs: asked, ...place }: AccountPlace & { readonly atMs: number | null },
  { store, clock, rules }: Pick<ScoringPorts, 'store' | 'clock' | 'rules'>,
): Promise<ReadAccount> {
  const read = await lookAtAccount(place, store, ({ workspace, loaded }): ReadAccount => {
    const { state, version } = workspace;
    if (version === null) return { status: 'unknown' };
    const nowMs = clock.nowMs();
    if (asked !== null) {
      const { allowedLatenessMs } = rules.reducer;
      const { maxFutureSkewMs } = rules;
      const limits = { nowMs, allowedLatenessMs, maxFutureSkewMs, partitionFloorMs: loaded.floorMs };
      const admission = admit(state, { eventTimeMs: asked }, limits);
      if (admission === 'too_late' || admission === 'from_the_future') return { status: admission };
    }
    const atMs = asked ?? timeOrNull(state.watermarkMs) ?? nowMs;
    return { status: 'read', reading: accountReading(state, { atMs, version, partitionFloorMs: loaded.floorMs }) };
  });
  return read ?? { status: 'closed' };
}

/** What a state says at a moment. Pure. */
export function accountReading(
  state: AccountState,
  { atMs, version, partitionFloorMs }: Pick<AccountReading, 'atMs' | 'version' | 'partitionFloorMs'>,
): AccountReading {
  const inputs = accountInputs(state, atMs, partitionFloorMs);
  return { atMs, version, state, inputs, logTruncated: isTruncated(state, atMs), partitionFloorMs };
}
