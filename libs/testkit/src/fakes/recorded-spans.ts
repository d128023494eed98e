import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { createTracing, type Tracing } from '#libs/platform';

/** Tracing whose spans stay in memory: `random` settles which are sampled, at a ratio of one half. */
export class RecordedSpans {
  readonly tracing: Tracing;
  readonly #exporter = new InMemorySpanExporter();

  constructor(random: () => number = () => 0) {
    const processor = new SimpleSpanProcessor({ exporter: this.#exporter });
    this.tracing = createTracing({ service: 'test', ratio: 0.5, processor, random });
  }

  /** Spans that have ended, in that order. */
  get ended(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  /** The ended spans of one name. */
  named(name: string): ReadableSpan[] {
    return this.ended.filter((span) => span.name === name);
  }
}
