import type { InputProgress, ItemResult } from '#libs/core';
import type { Tracing } from '#libs/platform';
import { applyBatch, type FetchedStretch, type InputWork } from './apply-batch.ts';

/** `applyBatch` in a span of its own, if it is sampled, that is linked to the traces which its records name. */
export async function applyTraced(
  stretch: FetchedStretch,
  work: InputWork,
  progress: InputProgress,
  tracing: Tracing,
): Promise<number> {
  if (!tracing.enabled) return applyBatch(stretch, work, progress);
  const { partition, records, to } = stretch;
  const attributes = { 'holdfast.partition': partition, 'holdfast.records': records.length };
  const traceparents = records.map(({ headers }) => headers['traceparent']);
  const span = tracing.batch('apply batch', traceparents, attributes);
  if (span === null) return tracing.within(null, () => applyBatch(stretch, work, progress));
  let commits = 0;
  const results: ItemResult[] = [];
  const followed: InputProgress = {
    abandoned: () => progress.abandoned(),
    refused: (reason) => progress.refused(reason),
    committed: (batch, next) => {
      commits += 1;
      results.push(...batch.results);
      progress.committed(batch, next);
    },
  };
  try {
    const next = await tracing.within(span, () => applyBatch(stretch, work, followed));
    span.set({ 'holdfast.result': next === to ? 'applied' : 'elsewhere' });
    return next;
  } catch (error) {
    span.set({ 'holdfast.result': 'fault' });
    span.fail();
    throw error;
  } finally {
    const count = (wanted: ItemResult['kind']): number => results.filter(({ kind }) => kind === wanted).length;
    const [decided, recorded, duplicates] = [count('decided'), count('recorded'), count('duplicate')];
    span.set({
      'holdfast.commits': commits,
      'holdfast.decided': decided,
      'holdfast.recorded': recorded,
      'holdfast.duplicates': duplicates,
      'holdfast.refused': results.length - decided - recorded - duplicates,
    });
    span.end();
  }
}
