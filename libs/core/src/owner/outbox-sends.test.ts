import { describe, expect, it } from 'vitest';
import { outboxSends } from './outbox-sends.ts';

const event = (valueBytes: number, keyBytes = 10) => ({
  key: new Uint8Array(keyBytes),
  value: new Uint8Array(valueBytes),
  headers: {},
});
const MIB = 1024 * 1024;

describe('what the outbox holds', () => {
  it('is cut by all that a record takes, and not by its value alone', () => {
    const events = Array.from({ length: 5_000 }, () => event(400));
    const sends = outboxSends([{ lastSeq: 5_000, events }], 0, MIB);
    expect(Math.max(...sends.map(({ events: sent }) => sent.length))).toBeLessThan(MIB / 1_000);
    expect(sends.at(-1)?.lastSeq).toBe(5_000);
    const keyed = outboxSends([{ lastSeq: 4, events: Array.from({ length: 4 }, () => event(10, 300_000)) }], 0, MIB);
    expect(keyed.map(({ events: sent }) => sent.length)).toEqual([3, 1]);
  });

  it('goes alone where it is larger than a send, and all of it where a send may hold nothing', () => {
    const entries = [{ lastSeq: 3, events: [event(10), event(2 * MIB), event(10)] }];
    expect(outboxSends(entries, 0, MIB).map(({ lastSeq }) => lastSeq)).toEqual([1, 2, 3]);
    expect(outboxSends([{ lastSeq: 3, events: [event(1), event(1), event(1)] }], 1, 0)).toHaveLength(2);
  });

  it('is taken up where an entry was sent in part', () => {
    const entries = [
      { lastSeq: 3, events: [event(1), event(2), event(3)] },
      { lastSeq: 4, events: [event(4)] },
    ];
    const [send] = outboxSends(entries, 2, MIB);
    expect(send).toMatchObject({ lastSeq: 4 });
    expect(send?.events.map(({ value }) => value.length)).toEqual([3, 4]);
  });
});
