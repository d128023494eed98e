import type { RequestResult } from '#libs/core';
import type { Span, SpanAttributes, Tracing } from '#libs/platform';

/** Runs `score` in a span that belongs to all requests of the batch which are traced; without one of them, just runs it. */
export async function traceBatch(
  tracing: Tracing,
  batch: { readonly partition: number; readonly spans: readonly (Span | null)[] },
  score: () => Promise<readonly RequestResult[]>,
): Promise<readonly RequestResult[]> {
  if (!tracing.enabled) return score();
  const { partition, spans } = batch;
  const attributes = { 'holdfast.partition': partition, 'holdfast.transactions': spans.length };
  const span = tracing.together('score batch', spans, attributes);
  try {
    const results = await tracing.within(span, score);
    span?.set(outcomeOf(results));
    if (results.some(({ status }) => status === 'unavailable')) span?.fail();
    return results;
  } catch (error) {
    span?.fail();
    throw error;
  } finally {
    span?.end();
  }
}

function outcomeOf(results: readonly RequestResult[]): SpanAttributes {
  const done = results.flatMap((result) => (result.status === 'done' ? [result] : []));
  const count = (kind: string): number => done.filter(({ result }) => result.kind === kind).length;
  const decided = count('decided');
  const recorded = count('recorded');
  const duplicates = count('duplicate');
  const timings = done[0]?.timings;
  return {
    'holdfast.decided': decided,
    'holdfast.recorded': recorded,
    'holdfast.duplicates': duplicates,
    'holdfast.refused': results.length - decided - recorded - duplicates,
    ...(timings === undefined
      ? {}
      : {
          'holdfast.load_ms': timings.state,
          'holdfast.features_ms': timings.features,
          'holdfast.model_ms': timings.model,
          'holdfast.commit_ms': timings.commit,
        }),
  };
}
