import { EXPIRED_HEADER, type InputPosition, type LogEvent, type ReducerParameters } from '#libs/core';
import type { ReducerDto } from '../dto/event-dto.ts';

/** Headers of an event: CloudEvents 1.0 in binary mode. */
export function cloudEvent(
  event: LogEvent,
  { id, time, source }: { readonly id: string; readonly time: string; readonly source: string },
): Record<string, string> {
  const expired = event.type === 'transaction.rejected' ? 0 : event.expired.length;
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: event.type,
    ce_source: source,
    ce_time: time,
    'content-type': 'application/json',
    ...(expired === 0 ? {} : { [EXPIRED_HEADER]: String(expired) }),
  };
}

/** Topic names are of letters, digits, `.`, `_` and `-`: nothing to escape, no colon. */
export function inputText({ topic, next }: InputPosition): string {
  return `${topic}:${next}`;
}

export function inputPosition(text: string): InputPosition {
  const colon = text.lastIndexOf(':');
  return { topic: text.slice(0, colon), next: Number(text.slice(colon + 1)) };
}

/** The last members of an event that was made by the reducer: where its input stands, if it had one, and the reducer's parameters. */
export function provenanceText(input: InputPosition | null, reducer: ReducerParameters): string {
  const position = input === null ? '' : `,"input":"${inputText(input)}"`;
  return `${position},"reducer":${reducerText(reducer)}`;
}

/** What `provenanceText` says. */
export function provenanceOf(wire: { readonly input?: string; readonly reducer: ReducerDto }): {
  readonly input: InputPosition | null;
  readonly reducer: ReducerParameters;
} {
  const { version, allowed_lateness_ms: allowedLatenessMs, log_cap: logCap } = wire.reducer;
  return {
    input: wire.input === undefined ? null : inputPosition(wire.input),
    reducer: { version, allowedLatenessMs, logCap },
  };
}

let lastReducer: { readonly reducer: ReducerParameters; readonly text: string } | undefined;

/** The same object for all events of a process, so the last text is kept. */
function reducerText(reducer: ReducerParameters): string {
  if (lastReducer?.reducer !== reducer) {
    const { version, allowedLatenessMs, logCap } = reducer;
    const text = JSON.stringify({ version, allowed_lateness_ms: allowedLatenessMs, log_cap: logCap });
    lastReducer = { reducer, text };
  }
  return lastReducer.text;
}
