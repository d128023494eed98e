import { formatClaim, type Claim } from '../log/claim.ts';
import { LogDiverged, type LogFollower } from '../log/log-follower.ts';
import { findFirstStart, findStartBefore, NoVerifiableStart, verifyClaim } from '../log/read-log.ts';
import type { DecisionLog } from '../ports/decision-log.ts';

/** Where a source is read on. */
export interface SourceStart {
  readonly follower: LogFollower;
  /** Claims of the store that the log has still to bear out, by offset: it is read past them. */
  readonly awaited: readonly Claim[];
  /** Events that are gone from the log and were not applied everywhere; null when there are none. */
  readonly lost: { readonly fromSeq: number; readonly toSeq: number } | null;
}

/**
 * Where to read a source from, so that every target gets what it lacks: from the oldest of the targets' claims if the log bears it out, else from a start
 * that lies before all of them, so that each is passed and compared. A log that was trimmed past that is read from where it can first be followed.
 * `claims` has an entry for each target, null where nothing was applied. Throws `LogDiverged` when the log is not the one that the claims are about, and
 * `NoVerifiableStart`.
 */
export async function findSourceStart(
  log: DecisionLog,
  source: number,
  claims: readonly (Claim | null)[],
): Promise<SourceStart> {
  const known = distinct(claims.filter((claim) => claim !== null));
  const oldest = claims.includes(null) ? null : (known[0] ?? null);
  const follower = await startBefore(log, source, oldest);
  if (follower !== null) return { follower, awaited: awaitedAfter(follower, known), lost: null };
  const first = await findFirstStart(log, source);
  if (first === null) throw new NoVerifiableStart(`Nothing in partition ${source} of the log can be followed`);
  const fromSeq = oldest?.seq ?? 0;
  const toSeq = first.position.seq;
  return { follower: first, awaited: awaitedAfter(first, known), lost: fromSeq < toSeq ? { fromSeq, toSeq } : null };
}

/** Each claim once, in the order of the log. */
function distinct(claims: readonly Claim[]): Claim[] {
  const byText = new Map(claims.map((claim) => [formatClaim(claim), claim]));
  return [...byText.values()].toSorted((a, b) => a.offset - b.offset);
}

async function startBefore(log: DecisionLog, source: number, oldest: Claim | null): Promise<LogFollower | null> {
  const verified = oldest === null ? null : await verifyClaim(log, source, oldest);
  if (verified !== null) return verified;
  // A start at the claim's own seq could lie behind it, where it can no longer be compared.
  const seq = Math.max(0, (oldest?.seq ?? 0) - 1);
  return findStartBefore(log, source, { seq, candidate: null });
}

function awaitedAfter({ nextOffset, claim }: LogFollower, known: readonly Claim[]): Claim[] {
  const here = known.find(({ offset }) => offset === nextOffset);
  if (here !== undefined && (claim === null || formatClaim(here) !== formatClaim(claim))) throw notBorneOut(here);
  return known.filter(({ offset }) => offset > nextOffset);
}

/** The fault of a log that is not what `claim` says of it. */
export function notBorneOut(claim: Claim): LogDiverged {
  return new LogDiverged(`Entities are up to ${formatClaim(claim)}, which the log does not bear out`);
}
