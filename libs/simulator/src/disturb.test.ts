import { createTransactionParser } from '#libs/contracts';
import { describe, expect, test } from 'vitest';
import { disturb, type DisturbOptions, type RawRecord, type RecordKind } from './disturb.ts';
import { INVALID, MALFORMED } from './poison.ts';
import { Streams } from './random.ts';
import { simulate } from './simulate.ts';
import { DAY_MS, MINUTE_MS } from './time.ts';

const events = [...simulate({ seed: 4, accounts: 1_000, startMs: Date.UTC(2026, 2, 1), days: 14 })];
const parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
const options: DisturbOptions = {
  seed: 9,
  duplicates: 0.1,
  disorder: 0.08,
  late: 0.02,
  lateByMs: 2 * DAY_MS,
  conflicts: 0.01,
  malformed: 0.02,
  invalid: 0.03,
};
const records = [...disturb(events, options)];
const ofKind = (...kinds: RecordKind[]): RawRecord[] => records.filter(({ kind }) => kinds.includes(kind));
const text = (record: RawRecord): string => new TextDecoder().decode(record.value ?? new Uint8Array());
const identity = (record: RawRecord): string =>
  `${record.event?.transaction.account_id} ${record.event?.transaction.transaction_id}`;

describe('disturbed delivery', () => {
  test('without options is the events as they are', () => {
    const plain = [...disturb(events.slice(0, 500), { seed: 1 })];
    expect(plain.map(text)).toEqual(events.slice(0, 500).map(({ transaction }) => JSON.stringify(transaction)));
    expect(plain.every(({ kind, key, event }) => kind === 'ordinary' && key === event?.transaction.account_id)).toBe(
      true,
    );
  });

  test('repeats itself', () => {
    const again = [...disturb(events, options)];
    expect(again.map(text)).toEqual(records.map(text));
    expect(again.map(({ key, kind }) => [key, kind])).toEqual(records.map(({ key, kind }) => [key, kind]));
  });

  test('keeps its ratios', () => {
    const share = (kind: RecordKind): number => ofKind(kind).length / events.length;
    expect(share('duplicate')).toBeCloseTo(0.1, 2);
    expect(share('disordered')).toBeCloseTo(0.08, 2);
    expect(share('late')).toBeCloseTo(0.02, 2);
    expect(share('conflict')).toBeCloseTo(0.01, 2);
    expect(share('malformed')).toBeCloseTo(0.02, 2);
    expect(share('invalid')).toBeCloseTo(0.03, 2);
  });

  test('loses nothing: every event is delivered once, copies apart', () => {
    const delivered = ofKind('ordinary', 'disordered', 'late').map(identity).sort();
    expect(delivered).toEqual(
      events.map(({ transaction }) => `${transaction.account_id} ${transaction.transaction_id}`).sort(),
    );
  });

  test('delivers copies and contradictions only after the original', () => {
    const seen = new Set<string>();
    const early = records.filter((record) => {
      if (record.kind === 'duplicate' || record.kind === 'conflict') return !seen.has(identity(record));
      seen.add(identity(record));
      return false;
    });
    expect(early).toEqual([]);
  });

  test('copies have equal content, contradictions another', () => {
    const canonical = (value: Uint8Array | null): string => {
      const parsed = parser.parse(value);
      return parsed.ok ? parsed.transaction.canonicalJson : `refused: ${parsed.reason}`;
    };
    const encode = (content: object): Uint8Array => new TextEncoder().encode(JSON.stringify(content));
    for (const record of ofKind('duplicate'))
      expect(canonical(record.value)).toBe(canonical(encode(record.event?.transaction ?? {})));
    for (const record of ofKind('conflict'))
      expect(canonical(record.value)).not.toBe(canonical(encode(record.event?.transaction ?? {})));
    expect(new Set(ofKind('duplicate').map((r) => text(r) === JSON.stringify(r.event?.transaction)))).toEqual(
      new Set([true, false]),
    );
  });

  test('holds back as long as asked', () => {
    let latestMs = -Infinity;
    const behindMs: { kind: RecordKind; behindMs: number; eventTimeMs: number }[] = [];
    for (const { kind, event } of records) {
      if (event === null) continue;
      behindMs.push({ kind, behindMs: latestMs - event.eventTimeMs, eventTimeMs: event.eventTimeMs });
      if (kind === 'ordinary') latestMs = event.eventTimeMs;
    }
    const wrong = behindMs.filter((record) => {
      if (record.kind === 'ordinary') return record.behindMs > 0;
      if (record.kind === 'disordered') return record.behindMs >= MINUTE_MS;
      // What is still held back when the events end comes then.
      return record.kind === 'late' && record.eventTimeMs < latestMs - 2.1 * DAY_MS && record.behindMs < 1.9 * DAY_MS;
    });
    expect(wrong).toEqual([]);
    expect(behindMs.filter((record) => record.kind === 'disordered' && record.behindMs > 0).length).toBeGreaterThan(
      500,
    );
  });

  test('poison is refused by the parser, whichever it is', () => {
    const random = new Streams(2, 'poison').at(0);
    for (const { transaction } of events.slice(0, 50)) {
      for (const poison of MALFORMED) {
        const parsed = parser.parse(poison.make(transaction, random));
        expect({ poison: poison.name, reason: parsed.ok ? 'accepted' : parsed.reason }).toEqual({
          poison: poison.name,
          reason: poison.name === 'too large' ? 'oversized' : 'malformed',
        });
      }
      for (const poison of INVALID) {
        const parsed = parser.parse(poison.make(transaction, random));
        expect({ poison: poison.name, reason: parsed.ok ? 'accepted' : parsed.reason }).toEqual({
          poison: poison.name,
          reason: 'invalid_transaction',
        });
      }
    }
  });
});
