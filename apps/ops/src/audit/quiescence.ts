import { type Clock, homeState, parseClaim, type StopSignal } from '#libs/core';
import type { AuditSources } from './audit-sources.ts';

const POLL_MS = 250;

/**
 * Waits until every partition is open, has applied its input, published what it committed and copied what it rejected, and entities know of it, twice in a
 * row; at most `waitMs`. Gives what is still missing, a line for each partition; [] when all is at rest.
 */
export async function waitForRest(
  sources: AuditSources,
  { waitMs, clock, stopSignal }: { readonly waitMs: number; readonly clock: Clock; readonly stopSignal: StopSignal },
): Promise<readonly string[]> {
  const untilMs = clock.monotonicMs() + waitMs;
  let before = '';
  for (;;) {
    const { restless, fingerprint } = await look(sources);
    const isSettled = restless.length === 0 && fingerprint === before;
    if (isSettled || clock.monotonicMs() >= untilMs || stopSignal.stopped) return restless;
    before = fingerprint;
    await clock.sleep(POLL_MS, stopSignal);
  }
}

async function look(sources: AuditSources): Promise<{ restless: readonly string[]; fingerprint: string }> {
  const partitions = Array.from({ length: sources.partitions }, (_, partition) => partition);
  const seen = await Promise.all(
    partitions.map(async (partition) => {
      const [input, log, store, claims] = await Promise.all([
        sources.input.log.watermarks(partition),
        sources.decisions.watermarks(partition),
        sources.store.position(partition),
        sources.store.appliedClaims(partition, sources.partitions),
      ]);
      return { input: input.high, log: log.high, store, claims };
    }),
  );
  const restless = seen.flatMap(({ input, store, claims }, partition) => {
    const { home, seq, published, deadLetterSeq } = store;
    if (homeState(home) !== 'open') return [`partition ${partition} is not open`];
    const lag = input - (store.input.get(sources.input.topic) ?? 0);
    if (lag > 0) return [`partition ${partition} has ${lag} input records before it`];
    const unpublished = seq - (published?.seq ?? 0);
    if (unpublished > 0) return [`partition ${partition} has ${unpublished} events to publish`];
    if (deadLetterSeq < seq)
      return [`partition ${partition} has ${seq - deadLetterSeq} events to look through for dead letters`];
    const behind = seen.filter((source, i) => (parseClaim(claims[i] ?? null)?.seq ?? 0) < source.store.seq).length;
    return behind > 0 ? [`the entities of partition ${partition} lack events of ${behind} partitions`] : [];
  });
  const fingerprint = JSON.stringify(seen.map(({ input, log, store }) => [input, log, store.seq, store.home]));
  return { restless, fingerprint };
}
