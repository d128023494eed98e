import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Link,
  type SpanContext,
} from '@opentelemetry/api';
import type { Context, Span as RecordedSpan } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Span, SpanAttributes, SpanName } from './span.ts';

/**
 * Spans, made by hand where they say something: one a request, one a batch, one a send. Whether a span is sampled is settled before anything of it is
 * made: `null` is a span that is not, and costs nothing more.
 */
export interface Tracing {
  /** False when nothing is exported: callers leave out even what they would do to ask for a span. */
  readonly enabled: boolean;
  /** A request from outside: continues the caller's trace when `traceparent` says that it is sampled; without one it is sampled by the ratio. */
  request(name: SpanName, traceparent: string | undefined, attributes: SpanAttributes): Span | null;
  /** Work done for several spans at once: a child of the first, linked to all. */
  together(name: SpanName, spans: readonly (Span | null)[], attributes: SpanAttributes): Span | null;
  /** A trace of its own, linked to what its records belong to; sampled when one of them is, else by the ratio. */
  batch(name: SpanName, traceparents: readonly (string | undefined)[], attributes: SpanAttributes): Span | null;
  /** Work that nobody asked for by itself; sampled by the ratio. */
  alone(name: SpanName, attributes: SpanAttributes): Span | null;
  /** Runs `work` with `span` as the one that log lines belong to; with null they belong to none. */
  within<T>(span: Span | null, work: () => T): T;
  /** Exports what has ended. */
  close(): Promise<void>;
}

/** More are not looked at: a batch has at most as many records, and an exporter has to carry every link. */
const MAX_LINKS = 64;

/** Makes no span. */
export const NO_TRACING: Tracing = {
  enabled: false,
  request: () => null,
  together: () => null,
  batch: () => null,
  alone: () => null,
  within: (_span, work) => work(),
  close: () => Promise.resolve(),
};

/** Spans that go to `processor`; `ratio` of those that no caller has settled, by `random` in [0, 1). Nothing of it is global. */
export function createTracing(options: {
  readonly service: string;
  readonly ratio: number;
  readonly processor: SpanProcessor;
  readonly random: () => number;
}): Tracing {
  const { service, ratio, processor, random } = options;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('holdfast');
  const chosen = (): boolean => random() < ratio;
  const start = (
    name: SpanName,
    of: { kind: SpanKind; attributes: SpanAttributes; parent?: Context; links?: readonly SpanContext[] },
  ): Span => {
    const links = (of.links ?? []).map((linked): Link => ({ context: linked }));
    return new ExportedSpan(
      tracer.startSpan(name, { kind: of.kind, attributes: { ...of.attributes }, links }, of.parent ?? ROOT_CONTEXT),
    );
  };
  return {
    enabled: true,
    request: (name, traceparent, attributes) => {
      const caller = callerOf(traceparent);
      if (caller === null ? !chosen() : !isSampled(caller)) return null;
      const parent = caller === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller);
      return start(name, { kind: SpanKind.SERVER, attributes, parent });
    },
    together: (name, spans, attributes) => {
      const recorded = spans.filter((span) => span instanceof ExportedSpan);
      const [first] = recorded;
      if (first === undefined) return null;
      const links = recorded.slice(0, MAX_LINKS).map(({ spanContext }) => spanContext);
      const parent = trace.setSpanContext(ROOT_CONTEXT, first.spanContext);
      return start(name, { kind: SpanKind.INTERNAL, attributes, parent, links });
    },
    batch: (name, traceparents, attributes) => {
      const links = traceparents.slice(0, MAX_LINKS).flatMap((traceparent) => {
        const caller = callerOf(traceparent);
        return caller !== null && isSampled(caller) ? [caller] : [];
      });
      if (links.length === 0 && !chosen()) return null;
      return start(name, { kind: SpanKind.CONSUMER, attributes, links });
    },
    alone: (name, attributes) => (chosen() ? start(name, { kind: SpanKind.PRODUCER, attributes }) : null),
    within: (span, work) => {
      if (span instanceof ExportedSpan) return context.with(span.asContext, work);
      return trace.getActiveSpan() === undefined ? work() : context.with(ROOT_CONTEXT, work);
    },
    close: () => provider.shutdown(),
  };
}

class ExportedSpan implements Span {
  readonly #span: RecordedSpan;

  constructor(span: RecordedSpan) {
    this.#span = span;
  }

  get spanContext(): SpanContext {
    return this.#span.spanContext();
  }

  get asContext(): Context {
    return trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes });
  }

  fail(): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.#span.end();
  }
}

/** The span that a `traceparent` of W3C Trace Context names; null for none, and for what is no such header. */
function callerOf(traceparent: string | undefined): SpanContext | null {
  const parsed = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parsed === null ? null : { ...parsed, isRemote: true };
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & 1) === 1;
}
