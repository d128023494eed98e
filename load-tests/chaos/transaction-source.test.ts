import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { transactionsIn } from './transaction-source.ts';

const file = join(tmpdir(), `holdfast-source-${process.pid}.ndjson`);
afterEach(() => rm(file, { force: true }));

test('a file is read whole and in order, whatever its lines do to the chunks, and a last line without an end too', async () => {
  const lines = Array.from({ length: 3_000 }, (_, i) =>
    JSON.stringify({ transaction_id: `tx-${i}`, occurred_at: '2026-05-14T09:31:07.412Z', note: 'é'.repeat(i % 90) }),
  );
  await writeFile(file, lines.join('\n'));
  const events = [...transactionsIn(file)];
  expect(events.map(({ transaction }) => JSON.stringify(transaction))).toEqual(lines);
  expect(events[0]?.eventTimeMs).toBe(Date.UTC(2026, 4, 14, 9, 31, 7, 412));
});
