/** Somebody else is at work on the partition, or the store is another by now: nothing was written. */
export const FENCED = { status: 'lost', reason: 'the store was closed by somebody else, or restarted' } as const;
