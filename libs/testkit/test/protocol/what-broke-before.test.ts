import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Interleavings that broke an earlier form of the protocol, each in the words by which it is known: the name of exactly one test. */
const BROKE_BEFORE = [
  'client remembers run_id; Redis restarts without its tail; ioredis reconnects silently',
  'two openers, both read S and C; the slower one sets `seq` back',
  'copy at 1000, tail lost, new history, old copy restored',
  'base = max(S, C) in the table',
  'lineage without the C = b case',
  'replay interrupted',
  'HALT checked after OPEN',
  'replay and commit give one account the same version',
  'state adopted from a bare record in mid-log',
  'batch grouped by account, partly in the log',
  'loser of an OPEN retries at once',
  'AOF cut inside MULTI',
  'client reads `home` = A; failover A -> B -> A without a restart of A',
  'two consumers hold one batch with only rejected records',
  'labels at offset 9,000, transactions at 500, untyped `i`',
  'wipe decided before it is known that the log reaches back',
  'leftover `outbox`, `v` or overflow record after a wipe',
  "watermark shared by accounts and moved by others' commits",
  'an epoch older than the retention',
  'owner dies between a valid rejection and its copy',
  'Kafka away, api goes on committing',
  'log loses its tail within an epoch',
  'one event larger than the broker takes',
  'input offsets as position; ex-owner commits; idle group expires',
  "rewind only by who notices: another's stale batch jumps the hole",
  'produce lands between tail read and OPEN',
  'late OPEN',
  'duplicate OPEN',
  'zombie after a newer OPEN',
  'gap after a failed send',
  'duplicate after a failed send',
  'reorder after a failed send',
  'reply lost after commit',
  'FLUSHALL',
  'log that lost data',
];

const NAME = /\bit\(\s*(?:'([^'\n]+)'|"([^"\n]+)")/g;
const here = new URL('./', import.meta.url);

function testNames(): string[] {
  const files = readdirSync(here).filter((file) => file.endsWith('.int.test.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, here), 'utf8');
    return [...text.matchAll(NAME)].map(([, plain, quoted]) => plain ?? quoted ?? '');
  });
}

describe('what broke before', () => {
  it.each(BROKE_BEFORE)('has one test: %s', (row) => {
    expect(testNames().filter((name) => name === row)).toEqual([row]);
  });
});
