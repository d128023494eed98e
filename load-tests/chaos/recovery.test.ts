import { expect, test } from 'vitest';
import { RecoveryWatches, spreadOf, type SeenDecision } from './recovery.ts';

const seen = (
  partition: number,
  sentAt: number,
  decidedAt: number,
  door: 'http' | 'kafka' = 'kafka',
): SeenDecision => ({
  door,
  partition,
  sentAt,
  decidedAt,
});

test('a door has recovered when its last partition has decided something sent after the fault', () => {
  const watches = new RecoveryWatches(2);
  const watch = watches.since(1_000);
  watches.see(seen(0, 1_100, 2_000));
  watches.see(seen(1, 900, 2_100));
  expect(watch.seconds).toEqual({ http: null, kafka: null });
  watches.see(seen(1, 1_200, 4_500));
  watches.see(seen(0, 1_300, 9_000));
  expect(watch.seconds).toEqual({ http: null, kafka: 3.5 });
  watches.see(seen(0, 1_000, 1_250, 'http'));
  watches.see(seen(1, 1_000, 1_500, 'http'));
  expect(watch.seconds).toEqual({ http: 0.5, kafka: 3.5 });
  expect(watch.isOver).toBe(true);
});

test('a spread names measured values', () => {
  expect(spreadOf([])).toBeNull();
  expect(spreadOf([3, 1, 2])).toEqual({ count: 3, p50: 2, p99: 3, max: 3 });
  expect(spreadOf(Array.from({ length: 200 }, (_, i) => i + 1))).toEqual({ count: 200, p50: 100, p99: 198, max: 200 });
});
