import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closedLabelSets, type MetricSpec } from './metrics/metric.ts';
import { METRICS } from './metrics/metric-list.ts';
import { createMetrics, describeMetrics } from './metrics/metrics.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';

let telemetry: Telemetry | undefined;

afterEach(async () => {
  await telemetry?.stop();
  telemetry = undefined;
});

/** Starts telemetry and returns a function that scrapes it as Prometheus would. */
function start() {
  const started = startTelemetry('holdfast-test');
  telemetry = started;
  const scrape = async (): Promise<string[]> => {
    const server = createServer((request, response) => started.serveMetrics(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
    const lines = (await response.text()).split('\n');
    await new Promise((resolve) => server.close(resolve));
    return lines;
  };
  return { metrics: started.metrics, scrape };
}

/** Keeps the event loop busy. */
function block(forMs: number): void {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs);
}

describe('startTelemetry', () => {
  it('exports what was counted under the names of the list, exactly', async () => {
    const { metrics, scrape } = start();
    metrics.add('decisions', 3, { door: 'kafka', outcome: 'hold' });
    metrics.add('decisions', 2, { door: 'kafka', outcome: 'hold' });
    metrics.record('stageSeconds', 0.0004, { door: 'http', stage: 'commit' });
    const lines = await scrape();
    expect(lines).toContain('holdfast_decisions_total{door="kafka",outcome="hold"} 5');
    expect(lines).toContain('holdfast_stage_seconds_bucket{door="http",stage="commit",le="0.0005"} 1');
    expect(lines).toContain('holdfast_stage_seconds_count{door="http",stage="commit"} 1');
    expect(lines).toContain('# TYPE holdfast_decisions_total counter');
  });

  it('exports counters as 0 before the first event', async () => {
    const { scrape } = start();
    const lines = await scrape();
    expect(lines).toContain('holdfast_rejected_total{door="http",reason="too_late"} 0');
    expect(lines).toContain('holdfast_forwarded_total 0');
  });

  it('exports of a gauge what there is at the scrape, and 0 for what there was', async () => {
    const { metrics, scrape } = start();
    let depths = [4, 9];
    const stop = metrics.observe('outboxDepth', () =>
      depths.map((value, partition) => ({ value, labels: { partition } })),
    );
    expect(await scrape()).toContain('holdfast_outbox_depth_events{partition="1"} 9');
    depths = [5];
    const shrunk = await scrape();
    expect(shrunk).toContain('holdfast_outbox_depth_events{partition="0"} 5');
    expect(shrunk).toContain('holdfast_outbox_depth_events{partition="1"} 0');
    stop();
    expect(await scrape()).toContain('holdfast_outbox_depth_events{partition="0"} 0');
    metrics.observe('outboxDepth', () => [{ value: 7, labels: { partition: 0 } }]);
    expect(await scrape()).toContain('holdfast_outbox_depth_events{partition="0"} 7');
  });

  it('exports every metric of the list once it is used', async () => {
    const { metrics, scrape } = start();
    const labelsFor = (spec: MetricSpec) => closedLabelSets(spec.labels)[0] ?? { topic: 't', partition: 0 };
    for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
      const labels = labelsFor(spec) as never;
      if (spec.kind === 'histogram') metrics.record(name as 'stageSeconds', 1, labels);
      if (spec.kind === 'gauge') metrics.observe(name as 'outboxDepth', () => [{ value: 1, labels }]);
    }
    const lines = await scrape();
    const exported = new Set(lines.map((line) => /^# TYPE (\S+)/.exec(line)?.[1]));
    expect(Object.values(METRICS).filter(({ name }) => !exported.has(name))).toEqual([]);
  });

  it('says how the process itself is', async () => {
    const { scrape } = start();
    const lines = await scrape();
    const resident = lines.find((line) => line.startsWith('process_resident_memory_bytes '));
    expect(Number(resident?.split(' ')[1])).toBeGreaterThan(1e7);
    expect(lines.join()).toContain('holdfast_event_loop_delay_seconds{quantile="0.99"}');
  });

  it('says how long the event loop was blocked', async () => {
    const { scrape } = start();
    const longest = async (): Promise<number> => {
      const prefix = 'holdfast_event_loop_delay_seconds{quantile="1"} ';
      return Number((await scrape()).find((line) => line.startsWith(prefix))?.slice(prefix.length));
    };
    await delay(30);
    block(100);
    await delay(30);
    expect(await longest()).toBeGreaterThan(0.05);
  });

  it('says what the garbage collector did, by kind', async () => {
    const { scrape } = start();
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await vi.waitFor(async () => {
      expect((await scrape()).join()).toMatch(/holdfast_gc_pause_seconds_count\{kind="major"\} [1-9]/);
    });
  });
});

describe('the list of metrics', () => {
  it('follows the conventions of Prometheus', () => {
    const unconventional = Object.values<MetricSpec>(METRICS).filter(
      ({ kind, name, unit, meaning, remedy }) =>
        !/^(holdfast|process)_[a-z_]+$/.test(name) ||
        name.endsWith('_total') !== (kind === 'counter') ||
        (['seconds', 'bytes'].includes(unit) && !name.endsWith(`_${unit}`)) ||
        meaning.length < 10 ||
        remedy.length < 10,
    );
    expect(unconventional).toEqual([]);
  });

  it('is printed as a table', () => {
    expect(describeMetrics().split('\n')).toHaveLength(Object.keys(METRICS).length + 2);
  });
});

describe('createMetrics', () => {
  it('does nothing without a meter', () => {
    expect(() => createMetrics().add('late', 1, { door: 'http' })).not.toThrow();
  });
});
