import {
  constants,
  monitorEventLoopDelay,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import process from 'node:process';
import type { Metrics } from './metrics.ts';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

const GC_KINDS = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak_callbacks',
} as const;

/** Observes the event loop, the garbage collector and the memory of this process. Returns a function that stops it. */
export function observeProcess(metrics: Metrics): () => void {
  const stops = [observeEventLoop(metrics), observeGarbageCollector(metrics), observeMemory(metrics)];
  return () => {
    for (const stop of stops) stop();
  };
}

function observeEventLoop(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const forget = metrics.observe('eventLoopDelaySeconds', () => {
    // The histogram measures the whole interval between two timer runs: what exceeds the resolution is delay.
    const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
    const readings = [
      { value: beyond(delays.percentile(50)), labels: { quantile: '0.5' } },
      { value: beyond(delays.percentile(99)), labels: { quantile: '0.99' } },
      { value: beyond(delays.max), labels: { quantile: '1' } },
    ] as const;
    delays.reset();
    return readings;
  });
  return () => {
    forget();
    delays.disable();
  };
}

interface GcPause extends PerformanceEntry {
  readonly detail: NodeGCPerformanceDetail;
}

/** Node tells of the pauses afterwards, some at a time: nothing runs inside them. */
function observeGarbageCollector(metrics: Metrics): () => void {
  const observer = new PerformanceObserver((pauses) => {
    for (const { duration, detail } of pauses.getEntries() as GcPause[]) {
      const kind = GC_KINDS[detail.kind as keyof typeof GC_KINDS];
      if (kind !== undefined) metrics.record('gcSeconds', duration / 1000, { kind });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function observeMemory(metrics: Metrics): () => void {
  return metrics.observe('residentBytes', () => [{ value: process.memoryUsage.rss(), labels: {} }]);
}
