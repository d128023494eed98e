import { encodeAccount } from '../account/account-codec.ts';
import { withSeqs } from '../account/account-state.ts';
import { openWorkspaces, type AccountWorkspace } from '../account/account-workspace.ts';
import { DamagedAccounts } from '../account/damaged-accounts.ts';
import { homeState } from '../home.ts';
import type { ModelSlot } from '../models/model-slot.ts';
import type { Policy } from '../policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { EntityReader } from '../ports/entity-store.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { AccountWrite, LoadedPartition, StateStore } from '../ports/state-store.ts';
import type { Hasher } from '../siphash.ts';
import type { Batch, BatchItem, CommittedBatch, ItemResult, RefusedBatch } from './batch.ts';
import { askedItem, candidatesOf, eventsByAccount } from './candidates.ts';
import { EntityViewsByBatch } from './entity-views-by-batch.ts';
import { type Candidate, planCandidates, type PlannedItem } from './plan-batch.ts';
import { encodePlanned } from './planned-events.ts';
import type { ScoringRules } from './scoring-rules.ts';
import { StageClock } from './stage-clock.ts';

/** The scorer's surroundings; the same behind every door. */
export interface ScoringPorts {
  readonly store: StateStore;
  readonly entities: EntityReader;
  readonly champion: ModelSlot;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly policy: Policy;
  readonly rules: ScoringRules;
}

/**
 * Decides and commits one batch, once: load, dedup, features, model, decide, commit. Either everything of the batch is in the store afterwards or
 * nothing is; a transaction or label that its account knows is a duplicate, so that any batch may be given again. Throws `TransientFault` when the
 * store or the outcome is out of reach: read again, the whole batch again. Protocol section 3.
 */
export async function scoreBatch(batch: Batch, ports: ScoringPorts): Promise<CommittedBatch | RefusedBatch> {
  const { store, rules, clock, hasher } = ports;
  const { partition, input } = batch;
  const stages = new StageClock(clock);
  const asked = batch.items.flatMap((item, index) => askedItem(item, index, hasher) ?? []);
  const byAccount = eventsByAccount(asked);
  const [loaded, entities] = await Promise.all([
    store.load(partition, [...byAccount.keys()]),
    EntityViewsByBatch.load(asked, ports.entities),
  ]);
  const position = input === null ? 0 : (loaded.input.get(input.topic) ?? 0);
  if (homeState(loaded.home) !== 'open' || loaded.home === null) return { status: 'closed', inputPosition: position };
  if (input !== null && input.from > position) return { status: 'gap', inputPosition: position };

  const accounts = [...byAccount].map(([accountId, list], i) => ({
    accountId,
    events: list,
    stored: loaded.accounts[i] ?? ABSENT,
  }));
  const workspaces = await openWorkspaces(accounts, rules.reducer.logCap, (asked) =>
    store.loadOverflow(partition, asked),
  ).catch(damageOnly);
  if (workspaces instanceof DamagedAccounts) {
    await store.reportDamage(partition, loaded.home, workspaces.accountIds);
    return { status: 'damaged', inputPosition: position };
  }
  // Another commit may have come between the reads of seq and of the versions; planned seqs lie above both.
  const base = loaded.accounts.reduce((highest, { version }) => Math.max(highest, version ?? 0), loaded.seq);
  stages.lap('state');

  const candidates = candidatesOf(asked, workspaces);
  const planned = await planItems({ batch, ports, loaded, candidates, entities, position, base, stages });
  const { encoded, ranks } = encodePlanned(batch, planned, { ...ports, nowMs: clock.nowMs() });
  const result = await store.commit({
    partition,
    home: loaded.home,
    input: input === null ? null : { ...input, loaded: loaded.input.get(input.topic) ?? null },
    accounts: [...workspaces.values()].map((workspace) => accountWrite(workspace, base, ranks, base + encoded.length)),
    events: encoded,
  });
  stages.lap('commit');
  if (result.status !== 'committed') return { status: result.status, inputPosition: position };
  const { lastSeq } = result;
  const finalSeq = (index: number): number => lastSeq - (ranks[index] as number);
  const results = planned.map((item, index) =>
    resultOf(item, finalSeq(index), (seq) => (seq > base ? finalSeq(seq - base - 1) : seq)),
  );
  return { status: 'committed', home: loaded.home, lastSeq, results, timings: stages.timings };
}

const ABSENT = { version: null, record: null };

function damageOnly(error: unknown): DamagedAccounts {
  if (error instanceof DamagedAccounts) return error;
  throw error;
}

/** `seq` is the item's own, if it has one; `settled` turns the provisional seq of a first decision that is in this batch into the final one. */
function resultOf(item: PlannedItem, seq: number, settled: (seq: number) => number): ItemResult {
  switch (item.kind) {
    case 'decided':
      return { kind: 'decided', decision: item.decision, seq };
    case 'recorded':
      return { kind: 'recorded', what: item.what, matched: item.effect !== null, seq };
    case 'duplicate':
    case 'conflict': {
      const place = { seq: item.first.seq === null ? null : settled(item.first.seq) };
      if ('label' in item) return { ...item, first: { ...item.first, ...place } };
      return { ...item, first: { ...item.first, ...place } };
    }
    case 'too_late':
    case 'from_the_future':
    case 'invalid':
    case 'forwarded':
    case 'skipped':
      return item;
  }
}

async function planItems(work: {
  batch: Batch;
  ports: ScoringPorts;
  loaded: LoadedPartition;
  candidates: readonly Candidate[];
  entities: EntityViewsByBatch;
  position: number;
  base: number;
  stages: StageClock;
}): Promise<PlannedItem[]> {
  const { batch, ports, loaded, entities, position, stages } = work;
  const { policy, champion, rules } = ports;
  const belowPosition = (item: BatchItem): boolean =>
    batch.input !== null && item.original !== null && item.original.offset < position;
  const candidates = work.candidates.filter(({ index }) => !belowPosition(batch.items[index] as BatchItem));
  const decided = await champion.use((model) =>
    planCandidates(candidates, {
      policy,
      rules,
      model: model.identity,
      featureSet: model.featureSet,
      nowMs: ports.clock.nowMs(),
      baseSeq: work.base,
      partitionFloorMs: loaded.floorMs,
      entitiesOf: ({ event }) => entities.of(event.entities),
      score: (vectors, rows) => model.score(vectors, rows),
      explain: (vector) => model.explain(vector),
      settled: () => undefined,
      lap: (stage) => stages.lap(stage),
    }),
  );
  return batch.items.map((item, index): PlannedItem => {
    if (belowPosition(item)) return { kind: 'skipped' };
    if (item.kind === 'forwarded') return { kind: 'forwarded' };
    if (item.kind === 'invalid') return { kind: 'invalid', reason: item.reason };
    return decided.get(index) as PlannedItem;
  });
}

function accountWrite(workspace: AccountWorkspace, base: number, ranks: Int32Array, last: number): AccountWrite {
  const { accountId, version, changed, state } = workspace;
  const overflow = workspace.changedOverflow;
  if (!changed) return { accountId, version, record: null, overflow };
  // Item i's provisional seq is `base + 1 + i`; not every item becomes an event, so its real place is counted back from the last one.
  const isDense = last === base + ranks.length;
  const placed = isDense
    ? state
    : withSeqs(state, (seq) => (seq > base ? last - (ranks[seq - base - 1] as number) : seq));
  return { accountId, version, record: encodeAccount(placed, { base, last }), overflow };
}
