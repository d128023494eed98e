import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Label, Transaction } from '#libs/core';
import { mergeByTime } from './merge-by-time.ts';
import type { LabelLine, ReplayLine, TransactionLine } from './replay-lines.ts';

const FAULT = { ok: false, reason: 'malformed', fields: [] } as const;

/** A line for each time; null for one that cannot be read. */
function transactionLines(timesMs: readonly (number | null)[]): TransactionLine[] {
  return timesMs.map((eventTimeMs, i) => {
    const transaction = { eventTimeMs } as Transaction;
    const parsed = eventTimeMs === null ? FAULT : ({ ok: true, transaction, unknownFields: 0 } as const);
    return { kind: 'transaction', line: i + 1, parsed };
  });
}

function labelLines(timesMs: readonly (number | null)[]): LabelLine[] {
  let knownAtMs = -Infinity;
  return timesMs.map((reportedAtMs, i) => {
    const label = { reportedAtMs } as Label;
    knownAtMs = reportedAtMs ?? knownAtMs;
    const parsed = reportedAtMs === null ? FAULT : ({ ok: true, label, unknownFields: 0 } as const);
    return { kind: 'label', line: i + 1, parsed, knownAtMs };
  });
}

async function* inBlocks<T>(lines: readonly T[], length: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < lines.length; at += length) yield lines.slice(at, at + length);
  yield [];
}

const nameOf = ({ kind, line }: ReplayLine): string => `${kind} ${line}`;

/** Each label before the first transaction by which its time has come, found anew for every label. */
function expected(transactions: readonly TransactionLine[], labels: readonly LabelLine[]): string[] {
  const times = transactions.map(({ parsed }) => (parsed.ok ? parsed.transaction.eventTimeMs : -Infinity));
  const placeOf = ({ knownAtMs }: LabelLine): number => {
    const at = times.findIndex((_, i) => transactions[i]!.parsed.ok && Math.max(...times.slice(0, i + 1)) >= knownAtMs);
    return at === -1 ? times.length : at;
  };
  const places = labels.map(placeOf);
  const before = (place: number): string[] => labels.filter((_, i) => places[i] === place).map(nameOf);
  return [...transactions.flatMap((line, i) => [...before(i), nameOf(line)]), ...before(times.length)];
}

const times = fc.array(fc.option(fc.integer({ min: 0, max: 12 }), { freq: 8 }), { maxLength: 14 });
const ordered = times.map((list) => {
  const sorted = list.filter((time) => time !== null).toSorted((a, b) => a - b);
  return list.map((time) => (time === null ? null : (sorted.shift() as number)));
});
const length = fc.integer({ min: 1, max: 5 });

describe('a history of transactions and labels', () => {
  it('has each label just before the first transaction by which its time has come, whatever the blocks', async () => {
    await fc.assert(
      fc.asyncProperty(times, ordered, length, length, async (ofTransactions, ofLabels, some, others) => {
        const transactions = transactionLines(ofTransactions);
        const labels = labelLines(ofLabels);
        const merged: string[] = [];
        for await (const block of mergeByTime(inBlocks(transactions, some), inBlocks(labels, others))) {
          merged.push(...block.map(nameOf));
        }
        expect(merged).toEqual(expected(transactions, labels));
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows a label at the transaction of its own millisecond, and one that came before it in time does not bring it', async () => {
    const merged: string[] = [];
    const transactions = transactionLines([5, 3, 6, 7, 2]);
    for await (const block of mergeByTime(inBlocks(transactions, 5), inBlocks(labelLines([4, 6, 7, 8]), 4))) {
      merged.push(...block.map(nameOf));
    }
    expect(merged.join(', ')).toBe(
      'label 1, transaction 1, transaction 2, label 2, transaction 3, label 3, transaction 4, transaction 5, label 4',
    );
  });

  it('is read no further than it is worked on: one block of each file', async () => {
    let read = 0;
    let done = 0;
    let most = 0;
    async function* counted<T>(lines: readonly T[], blockLength: number): AsyncGenerator<readonly T[]> {
      for await (const block of inBlocks(lines, blockLength)) {
        read += block.length;
        most = Math.max(most, read - done);
        yield block;
      }
    }
    const minutes = Array.from({ length: 5_000 }, (_, i) => i);
    // The last transaction brings most of the labels at once.
    const transactions = transactionLines([...minutes.slice(0, 3_000), 5_000]);
    for await (const block of mergeByTime(counted(transactions, 20), counted(labelLines(minutes), 30))) {
      done += block.length;
    }
    expect(done).toBe(8_001);
    expect(most).toBeLessThanOrEqual(50);
  });
});
