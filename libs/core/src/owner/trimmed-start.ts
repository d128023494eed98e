import { parseClaim, type Claim } from '../log/claim.ts';
import type { LogFollower } from '../log/log-follower.ts';
import { findFirstStart, recordAt, verifyClaim } from '../log/read-log.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { OwnerPorts } from './owner-ports.ts';

/** Where a partition whose log was trimmed can start again; every decision up to the claim's seq is given up. */
export interface TrimmedStart {
  readonly claim: Claim;
  /** Stands at the claim. */
  readonly follower: LogFollower;
  /** `floor0`: whatever was decided in the part that is gone has an event time at or below it. */
  readonly floorMs: number;
}

/** The first start that the log bears out, as a person is shown it and answers it; null when there is none. */
export async function firstTrimmedStart(log: DecisionLog, partition: number): Promise<Claim | null> {
  const follower = await findFirstStart(log, partition);
  return follower?.claim ?? null;
}

/**
 * The start that a person has agreed to, if it is one behind the store's `fromSeq` and the log still bears it out; else null. The request names the
 * very start, so that retention which goes on in between gives up nothing that nobody was asked about. Protocol section 4, step 5.
 */
export async function agreedStart(
  partition: number,
  { request, fromSeq, base }: { readonly request: string | null; readonly fromSeq: number; readonly base: number },
  ports: Pick<OwnerPorts, 'log' | 'rules'>,
): Promise<TrimmedStart | null> {
  const claim = parseClaim(request);
  if (claim === null || claim.seq <= fromSeq || claim.seq > base) return null;
  const follower = await verifyClaim(ports.log, partition, claim);
  const record = await recordAt(ports.log, partition, claim.offset - 1);
  if (follower === null || record === null) return null;
  return { claim, follower, floorMs: record.timestampMs + ports.rules.maxFutureSkewMs };
}
