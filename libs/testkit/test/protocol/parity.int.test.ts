import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisEntityStore } from '#libs/adapters';
import {
  type BatchItem,
  type Decision,
  ENTITY_FOLD,
  EntityUpdater,
  FEATURES,
  OfflineScorer,
  parseClaim,
  type UpdaterHooks,
} from '#libs/core';
import { coreLabelOf, type Known, simulate, transactionOf, withLabels } from '#libs/simulator';
import { compareWithReplay, differingInputs } from '../../src/rig/parity.ts';
import { PartitionRig } from '../../src/rig/partition-rig.ts';

const LIVE = 10_000;
const DRAINED = 500;
const BATCH = 20;
const PATIENCE = { timeout: 240_000 };

const ignored = (): void => undefined;
const hooks: UpdaterHooks = {
  updated: ignored,
  refused: ignored,
  retried: ignored,
  restarted: ignored,
  halted: (_, reason) => expect(reason).toBe(''),
  lost: ignored,
  corrupt: ignored,
  mended: ignored,
  outOfReach: ignored,
};
const limits = { batchEvents: 200, gapMs: 1, maxRecords: 500, queueEvents: 1_000, readBytes: 1_000_000, readWaitMs: 50, sweepMs: 20 }; // prettier-ignore

function historyOf(transactions: number): Known[] {
  const world = { seed: 21, accounts: 300, startMs: Date.UTC(2026, 0, 1), days: 60 };
  const history: Known[] = [];
  let left = transactions;
  for (const known of withLabels(simulate(world), { seed: 21, confirmed: 0.2 })) {
    if (known.kind === 'transaction' && left-- === 0) break;
    history.push(known);
  }
  return history;
}

function itemOf(known: Known): Exclude<BatchItem, { kind: 'invalid' | 'forwarded' }> {
  if (known.kind === 'label') return { kind: 'label', label: coreLabelOf(known.label), original: null };
  return { kind: 'transaction', transaction: transactionOf(known.event), original: null };
}

describe('a replay of transactions and labels', () => {
  let rig: PartitionRig;
  let entities: RedisEntityStore;
  let stop: () => Promise<void>;

  /** A partition with its relay and the entity updater, as a worker runs them. */
  beforeEach(async () => {
    rig = await PartitionRig.start();
    entities = new RedisEntityStore(rig.connection.redis, rig.keys, { partitions: 1 });
    const relay = rig.relay(await rig.open());
    const relaying = relay.run();
    const { codec, hasher, clock } = rig.scoring;
    const ports = { store: entities, log: rig.log, codec, hasher, clock, fold: ENTITY_FOLD };
    const updater = new EntityUpdater(ports, { partitions: 1, limits, hooks });
    updater.add(0);
    const updating = updater.run();
    stop = async () => {
      updater.stop();
      relay.stop();
      await Promise.all([updating, relaying]);
    };
  });
  afterEach(async () => {
    await stop();
    await rig.stop();
  });

  async function live(items: readonly BatchItem[]): Promise<Decision[]> {
    const batch = await rig.take(...items);
    if (batch.status !== 'committed') throw new Error(batch.status);
    return batch.results.flatMap((result) => (result.kind === 'decided' ? [result.decision] : []));
  }

  /** Resolves when everything committed has reached the other entities. */
  async function drained(): Promise<void> {
    for (;;) {
      const { seq } = await rig.scoring.store.load(0, []);
      const [[applied] = []] = await entities.positions([0], [0]);
      if (parseClaim(applied)?.seq === seq) return;
      await rig.scoring.clock.sleep(1);
    }
  }

  async function replayed(history: readonly Known[]): Promise<Decision[]> {
    const { champion, hasher, policy, rules } = rig.scoring;
    const results = await champion.use((model) => {
      const scorer = new OfflineScorer({ model, featureSet: model.featureSet, hasher, policy, rules });
      return scorer.take(history.map(itemOf));
    });
    return results.flatMap((result) => (result.kind === 'decided' ? [result.decision] : []));
  }

  it(
    'has the account inputs of the live service on 10,000 transactions, and its entity inputs where nothing was stale',
    PATIENCE,
    async () => {
      const history = historyOf(LIVE);
      const decisions: Decision[] = [];
      for (let at = 0; at < history.length; at += BATCH) {
        decisions.push(...(await live(history.slice(at, at + BATCH).map(itemOf))));
      }
      const expected = await replayed(history);
      expect(decisions).toHaveLength(LIVE);
      const { unexplained, current, stale, ahead } = compareWithReplay(decisions, expected);
      expect(unexplained).toEqual([]);
      expect(ahead).toBe(0);
      expect(stale).toBeGreaterThan(0);
      expect(current).toBeGreaterThan(stale);
      // The fake model reads none of the inputs that can be stale.
      expect(decisions.map(({ outcome }) => outcome)).toEqual(expected.map(({ outcome }) => outcome));
    },
  );

  it(
    'has every input of the live service, to the last bit, when each event has reached the entities before the next',
    PATIENCE,
    async () => {
      const history = historyOf(DRAINED);
      const decisions: Decision[] = [];
      for (const known of history) {
        decisions.push(...(await live([itemOf(known)])));
        await drained();
      }
      const expected = await replayed(history);
      const wrong = decisions.flatMap((decision, n) => differingInputs(decision, expected[n] as Decision));
      expect(wrong.map((i) => FEATURES[i]?.name)).toEqual([]);
      expect(decisions.map(({ entities: marks }) => marks)).toEqual(expected.map(({ entities: marks }) => marks));
      expect(decisions.some(({ entities: { terminal } }) => (terminal?.folded ?? 0) > 3)).toBe(true);
    },
  );
});
