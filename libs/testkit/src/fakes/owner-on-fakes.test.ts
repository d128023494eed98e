import { expect, it, vi } from 'vitest';
import { createEventCodec } from '#libs/contracts';
import {
  createHasher,
  DAY_MS,
  DeadLetterCopier,
  DEFAULT_POLICY,
  fixedModel,
  openPartition,
  type OwnerPorts,
  REDUCER_VERSION,
  Relay,
  scoreBatch,
  type ScoringPorts,
} from '#libs/core';
import { systemClock } from '#libs/platform';
import { RELAY_LIMITS, inputBatch, INPUT_TOPIC } from '../rig/partition-rig.ts';
import { transaction } from '../rig/transactions.ts';
import { fakeModel } from './fake-model.ts';
import { InMemoryLog } from './in-memory-log.ts';
import { InMemoryEntityStore } from './in-memory-entity-store.ts';
import { InMemoryStore } from './in-memory-store.ts';
import { MemoryDeadLetters, MemoryInputTopics } from './memory-topics.ts';

const noHooks = { published: () => undefined, sent: () => undefined, retried: () => undefined };

/** A partition's owner and doors over fakes alone. */
function partitionOnFakes() {
  const store = new InMemoryStore({ outboxLimit: 1_000 });
  const shared = {
    codec: createEventCodec(),
    hasher: createHasher(new Uint8Array(16).fill(7)),
    clock: systemClock,
    rules: {
      reducer: { version: REDUCER_VERSION, logCap: 64, allowedLatenessMs: DAY_MS },
      allowedLatenessMs: DAY_MS,
      maxFutureSkewMs: 300_000,
    },
  };
  const scoring: ScoringPorts = {
    ...shared,
    store,
    entities: new InMemoryEntityStore({ partitions: 1 }),
    champion: fixedModel(fakeModel()),
    policy: DEFAULT_POLICY,
  };
  let nonces = 0;
  const owner: OwnerPorts = {
    ...shared,
    store,
    log: new InMemoryLog({ partitions: 1 }),
    inputs: new MemoryInputTopics([INPUT_TOPIC]),
    deadLetters: new MemoryDeadLetters(),
    newNonce: () => `nonce-${(nonces += 1)}`,
  };
  const open = async () => {
    const opened = await openPartition(0, owner, () => undefined);
    if (opened.status !== 'opened') throw new Error(JSON.stringify(opened));
    return opened;
  };
  const publish = async (opened: Awaited<ReturnType<typeof open>>): Promise<void> => {
    const copier = new DeadLetterCopier(0, 0, owner);
    const relay = new Relay(0, opened, { ports: owner, copier, limits: RELAY_LIMITS, hooks: noHooks });
    const running = relay.run();
    await vi.waitFor(async () => {
      const { seq, published } = await store.load(0, []);
      expect(published).toBe(seq);
    });
    relay.stop();
    await running;
  };
  const consume = async (from: number, ids: readonly string[]) => {
    const transactions = ids.map((id, i) => transaction(id, { minute: from + i }));
    return scoreBatch(inputBatch(from, transactions), scoring);
  };
  return { store, open, publish, consume };
}

it('an owner on the fakes rebuilds from the log what a restart has lost', async () => {
  const { store, open, publish, consume } = partitionOnFakes();
  const opened = await open();
  await consume(0, ['t0', 't1', 't2']);
  const earlier = store.snapshot();
  await consume(3, ['t3', 't4']);
  await publish(opened);
  store.restart(earlier);
  expect(await consume(3, ['t3'])).toMatchObject({ status: 'closed' });
  await open();
  expect(await store.load(0, [])).toMatchObject({ seq: 5, input: new Map([[INPUT_TOPIC, 5]]) });
  expect(await consume(5, ['t5', 't6', 't4', 't3'])).toMatchObject({
    status: 'committed',
    results: [
      { kind: 'decided', seq: 6 },
      { kind: 'decided', seq: 7 },
      { kind: 'conflict', first: { seq: 5 } },
      { kind: 'conflict', first: { seq: 4 } },
    ],
  });
});

it('an owner on the fakes rebuilds everything when the store was emptied', async () => {
  const { store, open, publish, consume } = partitionOnFakes();
  const opened = await open();
  await consume(0, ['t0', 't1', 't2']);
  await publish(opened);
  store.restart(new Map());
  await open();
  expect(await store.load(0, ['acct-1'])).toMatchObject({ seq: 3, input: new Map([[INPUT_TOPIC, 3]]) });
  expect(await consume(3, ['t3'])).toMatchObject({ status: 'committed', results: [{ kind: 'decided', seq: 4 }] });
});
