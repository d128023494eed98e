import { createNoopMeter, type Attributes, type Meter } from '@opentelemetry/api';
import { closedLabelSets, type LabelsOf, type MetricKind, type MetricSpec } from './metric.ts';
import { METRICS } from './metric-list.ts';

type Specs = typeof METRICS;
type NamesOf<K extends MetricKind> = { [N in keyof Specs]: Specs[N]['kind'] extends K ? N : never }[keyof Specs];

/** A value of a gauge with its labels. */
export interface Reading<L> {
  readonly value: number;
  readonly labels: L;
}

/**
 * The instruments of `METRICS`, by their names there. Counters are exported as 0 from the start where their labels are closed,
 * so that an alert on a rate sees the first event.
 */
export interface Metrics {
  /** Adds to a counter; not below 0. */
  add<N extends NamesOf<'counter'>>(name: N, amount: number, labels: LabelsOf<Specs[N]>): void;
  /** Notes one value in a histogram. */
  record<N extends NamesOf<'histogram'>>(name: N, value: number, labels: LabelsOf<Specs[N]>): void;
  /**
   * `read` is called at every scrape and says the values that there are now; what it said before and does not say any more is exported as 0.
   * Several may read out one gauge. Returns a function that takes this one away again.
   */
  observe<N extends NamesOf<'gauge'>>(name: N, read: () => Iterable<Reading<LabelsOf<Specs[N]>>>): () => void;
}

/** Builds every instrument on `meter`; without one they do nothing, for tests and tools. */
export function createMetrics(meter: Meter = createNoopMeter()): Metrics {
  const specs = Object.entries<MetricSpec>(METRICS);
  const counters = new Map(
    specs
      .filter(([, spec]) => spec.kind === 'counter')
      .map(([key, spec]) => [key, meter.createCounter(spec.name, instrumentOptions(spec))]),
  );
  const histograms = new Map(
    specs
      .filter(([, spec]) => spec.kind === 'histogram')
      .map(([key, spec]) => [key, meter.createHistogram(spec.name, instrumentOptions(spec))]),
  );
  const gauges = new Map(
    specs.filter(([, spec]) => spec.kind === 'gauge').map(([key, spec]) => [key, createGauge(spec, meter)]),
  );
  for (const [key, spec] of specs) {
    for (const labels of closedLabelSets(spec.labels)) counters.get(key)?.add(0, labels);
  }
  return {
    add: (name, amount, labels) => counters.get(name)?.add(amount, labels as Attributes),
    record: (name, value, labels) => histograms.get(name)?.record(value, labels as Attributes),
    observe: (name, read) => gauges.get(name)?.observe(read) ?? (() => {}),
  };
}

type Read = () => Iterable<Reading<object>>;

/** A gauge that several parts of a process read out, each its own label sets. */
function createGauge(spec: MetricSpec, meter: Meter): { observe(read: Read): () => void } {
  const reads = new Set<Read>();
  const seen = new Map<string, object>();
  meter.createObservableGauge(spec.name, instrumentOptions(spec)).addCallback((result) => {
    const gone = new Map(seen);
    for (const read of reads) {
      for (const { value, labels } of read()) {
        const key = JSON.stringify(labels);
        seen.set(key, labels);
        gone.delete(key);
        result.observe(value, labels as Attributes);
      }
    }
    // The SDK goes on exporting the last value of a label set that nobody observes any more.
    for (const labels of gone.values()) result.observe(0, labels as Attributes);
  });
  return {
    observe: (read) => {
      reads.add(read);
      return () => void reads.delete(read);
    },
  };
}

function instrumentOptions({ meaning, unit, buckets }: MetricSpec) {
  return {
    description: meaning,
    unit,
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
  };
}

/** Every metric as a Markdown table: name, kind, labels, meaning, remedy. */
export function describeMetrics(): string {
  const rows = Object.values<MetricSpec>(METRICS).map((spec) => [
    `\`${spec.name}\``,
    spec.kind,
    Object.entries(spec.labels)
      .map(([label, values]) => (typeof values === 'string' ? label : `${label}: ${values.join(', ')}`))
      .join('; '),
    spec.meaning,
    spec.remedy,
  ]);
  return [['Name', 'Kind', 'Labels', 'Meaning', 'Remedy'], Array.from({ length: 5 }, () => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
