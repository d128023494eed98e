import type { LogPosition } from './log-rule.ts';

/**
 * A true statement about the log, carried by records whether they are valid or not: after everything below `offset` a reader stands at
 * (epoch, seq); the record before `offset` is the last valid one; the OPEN of `epoch` is at `openOffset`. It lets a reader start in the middle.
 */
export interface Claim extends LogPosition {
  readonly offset: number;
  readonly openOffset: number;
}

/** `offset:epoch:seq:openOffset`, the text of header `v` and of the store's `pos`. */
export function formatClaim(claim: Claim): string {
  return `${claim.offset}:${claim.epoch}:${claim.seq}:${claim.openOffset}`;
}

/** null for anything that is not four whole numbers of a possible claim. */
export function parseClaim(text: string | null | undefined): Claim | null {
  if (text === null || text === undefined || !/^\d+:\d+:\d+:\d+$/.test(text)) return null;
  const [offset, epoch, seq, openOffset] = text.split(':').map(Number) as [number, number, number, number];
  return epoch > 0 && openOffset < offset ? { offset, epoch, seq, openOffset } : null;
}
