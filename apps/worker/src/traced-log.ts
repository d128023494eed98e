import type { DecisionLog } from '#libs/core';
import type { Tracing } from '#libs/platform';

/** The log, with a span for each send that is sampled. */
export function tracedLog(log: DecisionLog, tracing: Tracing): DecisionLog {
  if (!tracing.enabled) return log;
  return {
    topic: log.topic,
    watermarks: (partition) => log.watermarks(partition),
    read: (partition, offset, options) => log.read(partition, offset, options),
    append: async (partition, records) => {
      const attributes = { 'holdfast.partition': partition, 'holdfast.events': records.length };
      const span = tracing.alone('send decisions', attributes);
      try {
        await tracing.within(span, () => log.append(partition, records));
        span?.set({ 'holdfast.result': 'sent' });
      } catch (error) {
        span?.set({ 'holdfast.result': 'fault' });
        span?.fail();
        throw error;
      } finally {
        span?.end();
      }
    },
  };
}
