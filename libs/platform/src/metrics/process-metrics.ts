import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { Metrics } from './metrics.ts';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

/** Observes the event loop and the memory of this process. Returns a function that stops it. */
export function observeProcess(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const stopDelays = metrics.observe('eventLoopDelaySeconds', () => {
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
  const stopMemory = metrics.observe('residentBytes', () => [{ value: process.memoryUsage.rss(), labels: {} }]);
  return () => {
    stopDelays();
    stopMemory();
    delays.disable();
  };
}
