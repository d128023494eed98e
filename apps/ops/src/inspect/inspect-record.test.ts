import { describe, expect, it } from 'vitest';
import {
  AccountWorkspace,
  type AmendmentKind,
  createHasher,
  type DecidedEvent,
  emptyEntity,
  encodeAccount,
  encodeEntity,
  ENTITY_PARAMETERS,
  type EntityChange,
  type EntityKind,
  entityName,
  type EntityState,
  NO_CATEGORY,
  OVERFLOW_BUCKETS,
  type RecordedAmendment,
  reduceEntity,
} from '#libs/core';
import type { CommandResult } from '../command-context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { inspectAccount, inspectEntity } from './inspect-record.ts';
import type { InspectionSources } from './open-inspection.ts';

const T = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const hasher = createHasher(new Uint8Array(16));
const parameters = { version: 2, allowedLatenessMs: DAY_MS, logCap: 64 };

function decided(seq: number, facts: Partial<DecidedEvent> = {}): DecidedEvent {
  const device = { high: 0xabcdef01, low: 2 };
  return {
    identity: { high: seq, low: 7 },
    content: 1,
    seq,
    eventTimeMs: T + seq * MINUTE_MS,
    amountMinor: 1_234,
    currency: 'EUR',
    counterparty: 0,
    category: NO_CATEGORY,
    country: 0,
    place: 0,
    entities: { card: null, terminal: null, device, ip: null, beneficiary: null },
    outcome: 'approve',
    riskScore: null,
    ...facts,
  };
}

/** An account after so many events, with room for 64 of them. */
function account(count: number, facts: (seq: number) => Partial<DecidedEvent> = () => ({})): AccountWorkspace {
  const workspace = new AccountWorkspace('acct-1', { version: null, record: null });
  for (let bucket = 0; bucket < OVERFLOW_BUCKETS; bucket++) workspace.setOverflow(bucket, null);
  for (let seq = 1; seq <= count; seq++) workspace.apply(decided(seq, facts(seq)), parameters);
  return workspace;
}

function amendment(kind: AmendmentKind, target: number, seq: number): RecordedAmendment {
  const about = { target: { high: target, low: 7 }, amountMinor: 500, timeMs: T + DAY_MS };
  return { kind, identity: { high: 5, low: seq }, content: 1, seq, ...about };
}

interface Found {
  readonly account?: {
    readonly version: number | null;
    readonly record: Uint8Array | null;
    readonly overflow?: ReadonlyMap<number, Uint8Array>;
  };
  /** By `entityName`. */
  readonly entities?: Readonly<Record<string, Uint8Array>>;
}

function sourcesOf(found: Found): InspectionSources {
  const stored = { version: null, record: null, overflow: new Map<number, Uint8Array>(), ...found.account };
  return {
    partitions: 12,
    hasher,
    accounts: { accountWithOverflow: async () => stored },
    partitionFloorMs: async () => null,
    entities: { load: async (asked) => asked.map((entity) => found.entities?.[entityName(entity)] ?? null) },
  };
}

const flipped = (record: Uint8Array, at: number): Uint8Array =>
  record.map((byte, index) => (index === at ? byte ^ 1 : byte));

describe('an inspected account', () => {
  it('has its events as a table, with what was said of them, and everything in its data', async () => {
    const held = { currency: 'JPY', amountMinor: 900, outcome: 'hold', riskScore: 740, country: 0x4445, category: 742 };
    const workspace = account(3, (seq) => (seq === 2 ? (held as Partial<DecidedEvent>) : {}));
    for (const one of [amendment('fraud', 2, 4), amendment('refund', 1, 5), amendment('reversal', 9, 6)])
      workspace.amend(one, parameters);
    const stored = { version: 6, record: encodeAccount(workspace.state, null) };
    const { data, text } = await inspectAccount('acct-1', sourcesOf({ account: stored }), 2);
    const lines = text.split('\n');
    expect(lines[0]).toBe('Account acct-1, partition 2, version 6, EUR');
    expect(text).toContain('  watermark    2026-01-01T00:03:00.000Z');
    expect(text).toContain('  floors       transactions none, labels and reversals none');
    expect(text).toContain(`  record       ${stored.record.length} bytes; overflow none`);
    const at = lines.indexOf('Events (the newest 2 of 3; --events 3 or --json for all)');
    expect(lines.slice(at + 1, at + 4)).toEqual([
      'time                         amount  outcome  score  label  mcc   country  device    seq',
      '2026-01-01T00:02:00.000Z    900 JPY  hold       740  fraud  0742  DE       abcdef01    2',
      '2026-01-01T00:03:00.000Z  12.34 EUR  approve                               abcdef01    3',
    ]);
    expect(lines.slice(at + 5, at + 10)).toEqual([
      'Labels, outcomes, reversals and refunds (3)',
      'time                      kind      fate     of                amount  seq',
      '2026-01-02T00:00:00.000Z  fraud     applied  seq 2                       4',
      '2026-01-02T00:00:00.000Z  refund    applied  seq 1                       5',
      '2026-01-02T00:00:00.000Z  reversal  pending  not in the log  5.00 EUR    6',
    ]);
    const features = lines.indexOf('What the next transaction would be scored with, at the watermark');
    expect(lines.slice(features + 1, features + 3)).toEqual([
      'number  feature                                 value  unit         events  of its window',
      '     2  hour_sin                          0.013089595  1                 0',
    ]);
    expect(lines).toContain('     7  acct_cnt_5m                                 3  count             3  40 %');
    expect(data).toMatchObject({
      account_id: 'acct-1',
      partition: 2,
      version: 6,
      record_bytes: stored.record.length,
      state: {
        watermark: '2026-01-01T00:03:00.000Z',
        floor: null,
        events: [
          { seq: 1, amount_minor: 734, entities: { device: 'abcdef0100000002', card: null } },
          { seq: 2, label: 'fraud', risk_score: 740, country: 'DE', device_since: '2026-01-01T00:01:00.000Z' },
          { seq: 3, label: null, identity: '0000000300000007' },
        ],
        amendments: [{ kind: 'fraud', fate: 'applied' }, { kind: 'refund' }, { kind: 'reversal', amount_minor: 500 }],
      },
    });
  });

  it('says what its log has no room for', async () => {
    const workspace = account(80);
    const overflow = workspace.changedOverflow;
    const stored = { version: 80, record: encodeAccount(workspace.state, null), overflow };
    const { data, text } = await inspectAccount('acct-1', sourcesOf({ account: stored }), 1_000);
    expect(text).toContain('Events (64)');
    expect(text).toMatch(/overflow 16 entries up to 2026-01-01T00:16:00\.000Z, [\d,]+ bytes in 1 records/);
    expect(text).toContain('  truncated    yes, up to 2026-01-01T00:16:00.000Z');
    expect(text).toContain('  24 hours   16, 197.44 EUR');
    const times = { truncated: '2026-01-01T00:16:00.000Z', overflow: '2026-01-01T00:16:00.000Z' };
    expect(data).toMatchObject({ overflow: { records: 1, entries: 16 }, state: times });
  });

  it('that is unknown, damaged, half there or being written is told as what it is', async () => {
    const record = encodeAccount(account(3).state, null);
    const told = async (version: number | null, bytes: Uint8Array | null): Promise<string> => {
      const asked = inspectAccount('acct-1', sourcesOf({ account: { version, record: bytes } }), 9);
      const error: unknown = await asked.catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(CommandFailed);
      return (error as Error).message;
    };
    expect(await told(null, null)).toBe('Nothing is kept of account acct-1 (partition 2).');
    const damaged = await told(3, flipped(record, 30));
    expect(damaged).toMatch(/^The record of account acct-1 \(partition 2\) cannot be read: /);
    expect(damaged).toMatch(/Nothing is scored with it.*makes the account anew/);
    expect(await told(3, null)).toMatch(/The record of .* is missing/);
    expect(await told(null, record)).toMatch(/The version of .* is missing/);
    expect(await told(1, record)).toMatch(/cannot be read now/);
    await expect(inspectAccount('no id', sourcesOf({}), 9)).rejects.toThrow(UsageError);
  });
});

/** An entity after four transactions of two accounts, the first of which is a fraud. */
function entity(kind: EntityKind): EntityState {
  const key = { high: 1, low: 2 };
  const entities = { card: key, terminal: key, device: key, ip: key, beneficiary: key };
  const changes = Array.from({ length: 4 }, (_, i): EntityChange => ({
    type: 'transaction',
    identity: { high: 0, low: i },
    account: { high: 0xa, low: i >> 1 },
    entities,
    eventTimeMs: T + i * MINUTE_MS,
    amountMinor: 100 * i,
    currency: 'EUR',
  }));
  const effect = { eventTimeMs: T, amountMinor: 0, currency: 'EUR', removedMinor: 0, entities, labelBefore: null };
  changes.push({
    type: 'amendment',
    kind: 'fraud',
    identity: { high: 3, low: 3 },
    target: { high: 0, low: 0 },
    timeMs: T,
    account: key,
    effect: { ...effect, labelAfter: 'fraud' },
  });
  const apply = (state: EntityState, change: EntityChange): EntityState =>
    reduceEntity(state, { change, role: 'subject' }, ENTITY_PARAMETERS);
  return changes.reduce(apply, emptyEntity(kind));
}

/** Asks for `id` where a record is kept under the hash of `kept`. */
async function inspect(kind: EntityKind, id: string, kept = id, shownEvents = 30): Promise<CommandResult> {
  const entities = { [entityName({ kind, key: hasher.text64(kept) })]: encodeEntity(entity(kind)) };
  return inspectEntity(kind, id, { sources: sourcesOf({ entities }), shownEvents });
}

describe('an inspected entity', () => {
  it('has the transactions of a terminal, with labels', async () => {
    const { data, text } = await inspect('terminal', 't-9', 't-9', 3);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^Terminal t-9, hash [0-9a-f]{16}, partition \d+$/);
    const at = lines.indexOf('Transactions (the newest 3 of 4; --events 4 or --json for all)');
    expect(lines.slice(at + 1, at + 5)).toEqual([
      'time                        amount',
      '2026-01-01T00:01:00.000Z  1.00 EUR',
      '2026-01-01T00:02:00.000Z  2.00 EUR',
      '2026-01-01T00:03:00.000Z  3.00 EUR',
    ]);
    expect((await inspect('terminal', 't-9')).text).toContain('2026-01-01T00:00:00.000Z  0.00 EUR  fraud');
    const { state, ...facts } = data as { state: { log: object[] } };
    expect(facts).toMatchObject({ kind: 'terminal', id: 't-9' });
    expect(state).toMatchObject({ folded: 5, newest: '2026-01-01T00:03:00.000Z' });
    expect(state.log).toHaveLength(4);
  });

  it('is the network of an address, with accounts and counts by window', async () => {
    const { data, text } = await inspect('ip', '203.0.113.77', '203.0.113');
    expect(text).toMatch(/^Network 203\.0\.113, hash /);
    expect(text).toContain('  5 minutes  4');
    expect(text).toContain('Hashes of accounts by when they were seen last (2)');
    expect(text).toContain('0000000a00000001  2026-01-01T00:03:00.000Z');
    expect(data).toMatchObject({ id: '203.0.113', state: { ids: { of: 'accounts' }, log: null } });
    expect((await inspect('ip', '2001:DB8:0:7::1', '2001:db8:0')).text).toMatch(/^Network 2001:db8:0, hash /);
  });

  it.each(['card', 'device', 'beneficiary'] as const)('has what is kept of a %s', async (kind) => {
    const { data, text } = await inspect(kind, 'x-1');
    expect(text).toMatch(/^(Card|Device|Beneficiary) x-1, hash /);
    expect(text).not.toContain('undefined');
    const days = kind === 'card' ? null : /^2026-01-01 .*1$/m.exec(text);
    expect(days === null).toBe(kind === 'card');
    expect(data).toMatchObject({ kind, id: 'x-1', state: { first_seen: '2026-01-01T00:00:00.000Z' } });
  });

  it('that is unknown, damaged or no address is told as what it is', async () => {
    await expect(inspect('card', 'x-1', 'x-2')).rejects.toThrow(/Nothing is kept of card x-1 \(hash [0-9a-f]{16}, /);
    await expect(inspect('ip', '203.0.113')).rejects.toThrow(UsageError);
    const record = flipped(encodeEntity(entity('card')), 20);
    const entities = { [entityName({ kind: 'card', key: hasher.text64('x-1') })]: record };
    const told = inspectEntity('card', 'x-1', { sources: sourcesOf({ entities }), shownEvents: 9 });
    await expect(told).rejects.toThrow(/record of card x-1 .* cannot be read: .*say entity_unreadable/);
  });
});
