import { expect } from 'vitest';
import type { DecisionLog, LogRecord, NewLogRecord } from '#libs/core';

/** What the tests of the contract work on. */
export interface Subject {
  readonly log: () => DecisionLog;
  readonly trim: (partition: number, low: number) => Promise<void>;
  /** An empty partition that no other test has used. */
  readonly fresh: () => number;
}

export const AT_ONCE = { maxBytes: 1_000_000, maxWaitMs: 0 };

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function record(text: string): NewLogRecord {
  return { key: bytes('acct-1'), value: bytes(text), headers: { e: '1', s: '1' } };
}

export function texts(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => new TextDecoder().decode(value ?? new Uint8Array(0)));
}

export function plain({ key, value, headers }: NewLogRecord): unknown {
  return { key: key && [...key], value: value && [...value], headers };
}

export function pauseMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

export async function elapsedMs(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Reads to the high watermark as it was at the call. */
export async function readAll(log: DecisionLog, partition: number, maxBytes = 1_000_000): Promise<LogRecord[]> {
  const { low, high } = await log.watermarks(partition);
  const all: LogRecord[] = [];
  for (let offset = low; offset < high;) {
    const { records, nextOffset } = await log.read(partition, offset, { maxBytes, maxWaitMs: 0 });
    expect(nextOffset).toBeGreaterThan(offset);
    all.push(...records);
    offset = nextOffset;
  }
  return all;
}
