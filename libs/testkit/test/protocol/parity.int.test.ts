import { afterEach, describe, expect, it } from 'vitest';
import { RedisEntityStore } from '#libs/adapters';
import {
  type BatchItem,
  DeadLetterCopier,
  type Decision,
  ENTITY_FOLD,
  EntityUpdater,
  FEATURES,
  OfflineScorer,
  openPartition,
  parseClaim,
  partitionOf,
  Relay,
  scoreBatch,
  type UpdaterHooks,
} from '#libs/core';
import { coreLabelOf, type Known, simulate, transactionOf, withLabels } from '#libs/simulator';
import { compareWithReplay, differingInputs } from '../../src/rig/parity.ts';
import { InMemoryLog } from '../../src/fakes/in-memory-log.ts';
import { PartitionRig, RELAY_LIMITS } from '../../src/rig/partition-rig.ts';

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

const accountOf = (known: Known): string =>
  known.kind === 'label' ? known.label.account_id : known.event.transaction.account_id;

function itemOf(known: Known): Exclude<BatchItem, { kind: 'invalid' | 'forwarded' }> {
  if (known.kind === 'label') return { kind: 'label', label: coreLabelOf(known.label), original: null };
  return { kind: 'transaction', transaction: transactionOf(known.event), original: null };
}

describe('a replay of transactions and labels', () => {
  let rig: PartitionRig;
  let entities: RedisEntityStore;
  let sources: readonly number[];
  let stop: () => Promise<void> = async () => undefined;

  /** Partitions with their relays and one entity updater, as a worker runs them. */
  async function start(partitions: number): Promise<void> {
    rig = await PartitionRig.start({ log: new InMemoryLog({ partitions }) });
    entities = new RedisEntityStore(rig.connection.redis, rig.keys, { partitions });
    sources = Array.from({ length: partitions }, (_, partition) => partition);
    const relays = await Promise.all(sources.map(openedRelay));
    const relaying = relays.map((relay) => relay.run());
    const { codec, hasher, clock } = rig.scoring;
    const ports = { store: entities, log: rig.log, codec, hasher, clock, fold: ENTITY_FOLD };
    const updater = new EntityUpdater(ports, { partitions, limits, hooks });
    for (const source of sources) updater.add(source);
    const updating = updater.run();
    stop = async () => {
      updater.stop();
      for (const relay of relays) relay.stop();
      await Promise.all([updating, ...relaying]);
      await rig.stop();
    };
  }
  afterEach(() => stop());

  async function openedRelay(partition: number): Promise<Relay> {
    const { owner } = rig;
    const opened = await openPartition(partition, owner, () => undefined);
    if (opened.status !== 'opened') throw new Error(opened.status);
    const copier = new DeadLetterCopier(partition, 0, owner);
    const relayHooks = { published: ignored, sent: ignored, retried: ignored };
    return new Relay(partition, opened, { ports: owner, copier, limits: RELAY_LIMITS, hooks: relayHooks });
  }

  /** Commits items of accounts of one partition. */
  async function live(history: readonly Known[]): Promise<Decision[]> {
    const [partition = 0, ...others] = new Set(history.map((known) => partitionOf(accountOf(known), sources.length)));
    expect(others).toEqual([]);
    const batch = await scoreBatch(
      { partition, input: null, items: history.map(itemOf) },
      { ...rig.scoring, entities },
    );
    if (batch.status !== 'committed') throw new Error(batch.status);
    return batch.results.flatMap((result) => (result.kind === 'decided' ? [result.decision] : []));
  }

  /** Resolves when everything committed has reached the other entities, in whatever partition they are. */
  async function drained(): Promise<void> {
    for (const source of sources) {
      const { seq } = await rig.scoring.store.load(source, []);
      const appliedAll = async (): Promise<boolean> => {
        const applied = await entities.positions(sources, [source]);
        return applied.flat().every((claim) => (parseClaim(claim)?.seq ?? 0) === seq);
      };
      while (!(await appliedAll())) await rig.scoring.clock.sleep(1);
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
      await start(1);
      const history = historyOf(LIVE);
      const decisions: Decision[] = [];
      for (let at = 0; at < history.length; at += BATCH) {
        decisions.push(...(await live(history.slice(at, at + BATCH))));
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

  it.each([1, 3])(
    'has every input of the live service, to the last bit, when each event has reached the entities before the next: %i partitions',
    PATIENCE,
    async (partitions) => {
      await start(partitions);
      const history = historyOf(DRAINED);
      const decisions: Decision[] = [];
      for (const known of history) {
        decisions.push(...(await live([known])));
        await drained();
      }
      const expected = await replayed(history);
      const wrong = decisions.flatMap((decision, n) => differingInputs(decision, expected[n] as Decision));
      expect(wrong.map((i) => FEATURES[i]?.name)).toEqual([]);
      expect(decisions.map(({ entities: marks }) => marks)).toEqual(expected.map(({ entities: marks }) => marks));
      expect(decisions.some(({ entities: { terminal } }) => (terminal?.folded ?? 0) > 3)).toBe(true);
      const feeding = Map.groupBy(history, (known) => partitionOf(accountOf(known), partitions));
      expect(feeding.size).toBe(partitions);
    },
  );
});
