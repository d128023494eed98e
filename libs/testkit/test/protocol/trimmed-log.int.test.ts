import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RebuildRequests } from '#libs/adapters';
import { firstTrimmedStart, formatClaim, type OpenedPartition, type OpenResult, type PartitionStore } from '#libs/core';
import { systemClock } from '#libs/platform';
import { InMemoryLog } from '../../src/fakes/in-memory-log.ts';
import { INPUT_TOPIC, PartitionRig } from '../../src/rig/partition-rig.ts';
import type { KeyCopy } from '../../src/rig/redis-copy.ts';
import { transaction } from '../../src/rig/transactions.ts';
import { overriding } from './overriding.ts';
import { foldedStates, storedStates } from './account-states.ts';
import { ownerOf } from './owner-of.ts';

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const ACCOUNTS = Array.from({ length: 7 }, (_, i) => `acct-${i}`);
/** The append time of the second OPEN, minute 20, and the greatest skew of a clock. */
const FLOOR_MS = START_MS + 25 * MINUTE_MS;

const nth = (i: number) => transaction(`t${i}`, { account: `acct-${i % 7}`, minute: i });
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => nth(from + i));

describe('a log trimmed by retention', () => {
  let rig: PartitionRig;
  let logMinute: number;
  let backup: KeyCopy;
  /** Where the second epoch's OPEN lies: retention has taken all that was decided in the first. */
  let secondOpen: number;
  beforeEach(async () => {
    const clock = { ...systemClock, nowMs: () => START_MS + logMinute * MINUTE_MS };
    rig = await PartitionRig.start({ log: new InMemoryLog({ partitions: 1, clock }) });
    logMinute = 10;
    let opened = await rig.open();
    await rig.consume(0, many(0, 10));
    await rig.publish(opened);
    backup = await rig.copy();
    await rig.consume(10, many(10, 20));
    await rig.publish(opened);
    logMinute = 20;
    opened = await rig.open();
    secondOpen = rig.log.records(0).length - 1;
    logMinute = 50;
    await rig.consume(20, many(20, 40));
    await rig.publish(opened);
    opened = await rig.open();
    await rig.consume(40, many(40, 50));
    await rig.publish(opened);
    rig.log.trim(0, secondOpen);
  });
  afterEach(() => rig.stop());

  const open = (store: PartitionStore = rig.owner.store): Promise<OpenResult> => rig.tryToOpen({ store });
  /** What the store holds, but for what a new opening changes. */
  async function content(...leftOut: string[]): Promise<KeyCopy> {
    return (await rig.copy()).filter(([name]) => !['home', ...leftOut].includes(name));
  }
  const requests = (): RebuildRequests => new RebuildRequests(rig.connection.redis, rig.keys);
  async function agree(): Promise<void> {
    const claim = await firstTrimmedStart(rig.log, 0);
    if (claim === null) throw new Error('a start that can be verified');
    expect(await requests().ask(0, formatClaim(claim))).toBe('asked');
  }
  async function rebuild(): Promise<OpenedPartition> {
    await rig.flush();
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    return rig.open();
  }

  it('opens as ever while the store needs nothing of what is gone', async () => {
    expect(await open()).toMatchObject({ status: 'opened', replayed: 0, wiped: false, rebuiltFrom: null });
  });

  it('the log no longer reaches back to a restored backup: halts with the store as it was', async () => {
    await rig.restore(backup);
    const before = await content();
    const halted = { status: 'halted', reason: expect.stringContaining('ops rebuild --from-trimmed') };
    expect(await open()).toMatchObject(halted);
    expect(await open()).toMatchObject(halted);
    expect(await content()).toEqual(before);
    expect(await rig.decide(nth(60))).toMatchObject({ status: 'closed' });
  });

  it.each(['nothing', 'backup'])(
    'starts at the first claim that is verified when asked, over what is left: %s',
    async (left) => {
      await (left === 'nothing' ? rig.flush() : rig.restore(backup));
      expect(await open()).toMatchObject({ status: 'halted' });
      await agree();
      const opened = await rig.open();
      expect(opened).toMatchObject({ replayed: 30, wiped: true, base: 50 });
      expect(opened.rebuiltFrom).toEqual({ seq: 20, floorMs: FLOOR_MS });
      expect(opened.input.get(INPUT_TOPIC)).toBe(50);
      const { seq, input, floorMs } = await rig.scoring.store.load(0, []);
      expect({ seq, input, floorMs }).toEqual({ seq: 50, input: new Map([[INPUT_TOPIC, 50]]), floorMs: FLOOR_MS });
      expect(await storedStates(rig, ACCOUNTS)).toEqual(foldedStates(rig, ACCOUNTS));
      expect(await requests().pending(0)).toBeNull();
    },
  );

  it('goes on deciding, numbering and publishing after what is left', async () => {
    await rig.publish(await rebuild());
    expect(await rig.consume(50, many(50, 60))).toMatchObject({ status: 'committed', lastSeq: 60 });
    await rig.publish(await rig.open());
    expect(rig.log.records(0).at(-1)?.headers).toMatchObject({ s: '60' });
  });

  it('decides nothing new at or below the floor, so that what was decided in the lost part is never decided twice', async () => {
    await rebuild();
    const asked = [
      nth(5), // Decided in the part that is gone.
      transaction('new-24', { account: 'acct-3', minute: 24 }),
      transaction('new-25', { account: 'acct-3', minute: 25 }),
      transaction('new-26', { account: 'acct-3', minute: 26 }),
      transaction('stranger', { account: 'acct-new', minute: 25 }),
      nth(22), // Its decision is kept, though it lies below the floor.
    ];
    const decided = await rig.decide(...asked);
    const kinds = decided.status === 'committed' ? decided.results.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['too_late', 'too_late', 'too_late', 'decided', 'too_late', 'duplicate']);
  });

  it('marks decisions whose account may have lost its beginning, until no age can tell', async () => {
    const days = (count: number) => count * 24 * 60;
    await rebuild();
    const minutes = [60, 25 + days(90), 26 + days(90)];
    const asked = minutes.map((minute) => transaction(`m${minute}`, { account: 'acct-new', minute }));
    const decided = await rig.decide(...asked);
    const reasons = decided.status !== 'committed' ? [] : decided.results.map((result) => result.kind === 'decided' && result.decision.degradedReasons); // prettier-ignore
    expect(reasons).toEqual([['history_incomplete'], ['history_incomplete'], []]);
  });

  it.each(['wipePage', 'startTrimmed', 'apply', 'open'] as const)(
    'goes on after an owner died before or after a step: %s',
    async (step) => {
      await rebuild();
      const whole = await content('epoch', 'pub', 'pos');
      for (const moment of ['before', 'after'] as const) {
        await rig.restore(backup);
        expect(await open()).toMatchObject({ status: 'halted' });
        await agree();
        await expect(open(dyingAt(rig.owner.store, step, moment))).rejects.toThrow('killed');
        await rig.open();
        expect(await content('epoch', 'pub', 'pos')).toEqual(whole);
      }
    },
  );

  it('a request is void once the partition has opened in another way', async () => {
    await rig.restore(backup);
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    await rig.connection.redis.set(rig.keys.partition(0).seq, '20'); // As a backup that the log reaches back to.
    expect(await open()).toMatchObject({ status: 'opened', rebuiltFrom: null, wiped: false, replayed: 30 });
    expect(await requests().pending(0)).toBeNull();
  });

  it('a request gives up no more than was asked about: halts again when retention has gone on', async () => {
    await rig.restore(backup);
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    rig.log.trim(0, secondOpen + 1);
    const before = await content();
    expect(await open()).toMatchObject({ status: 'halted', reason: expect.stringContaining('ask again') });
    expect(await content()).toEqual(before);
  });

  it('an owner that lost the partition meanwhile does not use the request', async () => {
    await rig.flush();
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    const { store } = rig.owner;
    const slow = overriding<PartitionStore>(store, {
      startTrimmed: async (start) => {
        await store.begin(0, 'another');
        return store.startTrimmed(start);
      },
    });
    expect(await open(slow)).toMatchObject({ status: 'lost' });
    expect(await requests().pending(0)).not.toBeNull();
    expect(await open()).toMatchObject({ status: 'opened', rebuiltFrom: { seq: 20 } });
  });

  it('only what was asked for last is used', async () => {
    await rig.flush();
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    const { store } = rig.owner;
    const withdrawn = overriding<PartitionStore>(store, {
      startTrimmed: async (start) => {
        await requests().ask(0, '0:0:0:0');
        return store.startTrimmed(start);
      },
    });
    expect(await open(withdrawn)).toMatchObject({ status: 'lost' });
    expect(await open()).toMatchObject({ status: 'halted' });
  });

  it('nobody is asked while the partition is open', async () => {
    await rig.open();
    expect(await requests().ask(0, '22:2:20:21')).toBe('open');
    expect(await requests().pending(0)).toBeNull();
  });

  it('copies the rejections that are left to the dead letters again, since nobody knows which were', async () => {
    const opened = await rig.open();
    await rig.consume(50, [transaction('t49', { account: 'acct-0', minute: 49, amountMinor: 7 })]);
    await rig.publish(opened);
    rig.deadLetters.copied.length = 0;
    await rig.flush();
    expect(await open()).toMatchObject({ status: 'halted' });
    await agree();
    const owner = ownerOf(rig, {});
    const running = owner.run();
    const copied = () => rig.deadLetters.copied.map(({ original }) => original.offset);
    await vi.waitFor(() => expect(copied()).toEqual([50]), { timeout: 10_000 });
    owner.stop();
    await running;
  });
});

type Step = 'wipePage' | 'startTrimmed' | 'apply' | 'open';

function dyingAt(store: PartitionStore, step: Step, moment: 'before' | 'after'): PartitionStore {
  const die = async (...given: unknown[]): Promise<never> => {
    if (moment === 'after') await (store[step] as (...args: unknown[]) => Promise<unknown>)(...given);
    throw new Error('killed');
  };
  return overriding<PartitionStore>(store, { [step]: die });
}
