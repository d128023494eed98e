import { encodeAccount } from '../account/account-codec.ts';
import { accountEventOf } from '../account/account-event-of.ts';
import type { AccountEvent } from '../account/account-event.ts';
import { withSeqs, type AccountState } from '../account/account-state.ts';
import { openWorkspaces, type AccountWorkspace } from '../account/account-workspace.ts';
import { DamagedAccounts } from '../account/damaged-accounts.ts';
import type { EncodedEvent, InputPosition, LogEvent } from '../event.ts';
import { homeState } from '../home.ts';
import type { Policy } from '../policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { Model } from '../ports/model.ts';
import type { AccountWrite, LoadedPartition, StateStore } from '../ports/state-store.ts';
import type { Hasher } from '../siphash.ts';
import type { Batch, BatchItem, CommittedBatch, ItemResult, RefusedBatch } from './batch.ts';
import { candidatesOf, planTransactions, type PlannedItem } from './plan-batch.ts';
import type { ScoringRules } from './scoring-rules.ts';
import { StageClock } from './stage-clock.ts';

/** The scorer's surroundings; the same behind every door. */
export interface ScoringPorts {
  readonly store: StateStore;
  readonly model: Model;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly policy: Policy;
  readonly rules: ScoringRules;
}

/**
 * Decides and commits one batch, once: load, dedup, features, model, decide, commit. Either everything of the batch is in the store afterwards or
 * nothing is; a transaction that its account knows is a duplicate, so that any batch may be given again. Throws `TransientFault` when the store or
 * the outcome is out of reach: read again, the whole batch again. Protocol section 3.
 */
export async function scoreBatch(batch: Batch, ports: ScoringPorts): Promise<CommittedBatch | RefusedBatch> {
  const { store, rules, clock } = ports;
  const { partition, input } = batch;
  const stages = new StageClock(clock);
  const events = accountEvents(batch.items, ports.hasher);
  const byAccount = eventsByAccount(batch.items, events);
  const loaded = await store.load(partition, [...byAccount.keys()]);
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

  const planned = await planItems({ batch, ports, loaded, events, workspaces, position, base, stages });
  const { encoded, ranks } = encodeEvents(batch, planned, ports);
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
  const results = planned.map((item, index): ItemResult => {
    if (item.kind === 'decided') return { ...item, seq: finalSeq(index) };
    if (item.kind !== 'duplicate' && item.kind !== 'conflict') return item;
    const { seq } = item.first;
    if (seq === null || seq <= base) return item;
    const place = { seq: finalSeq(seq - base - 1) };
    if ('label' in item) return { ...item, first: { ...item.first, ...place } };
    return { ...item, first: { ...item.first, ...place } };
  });
  return { status: 'committed', home: loaded.home, lastSeq, results, timings: stages.timings };
}

function damageOnly(error: unknown): DamagedAccounts {
  if (error instanceof DamagedAccounts) return error;
  throw error;
}

const ABSENT = { version: null, record: null };

function accountEvents(items: readonly BatchItem[], hasher: Hasher): Map<number, AccountEvent> {
  const events = new Map<number, AccountEvent>();
  items.forEach((item, index) => {
    if (item.kind === 'transaction') events.set(index, accountEventOf(item.transaction, hasher));
  });
  return events;
}

function eventsByAccount(
  items: readonly BatchItem[],
  events: ReadonlyMap<number, AccountEvent>,
): Map<string, AccountEvent[]> {
  const byAccount = new Map<string, AccountEvent[]>();
  for (const [index, event] of events) {
    const item = items[index];
    if (item?.kind !== 'transaction') continue;
    const { accountId } = item.transaction;
    const list = byAccount.get(accountId);
    if (list === undefined) byAccount.set(accountId, [event]);
    else list.push(event);
  }
  return byAccount;
}

async function planItems(work: {
  batch: Batch;
  ports: ScoringPorts;
  loaded: LoadedPartition;
  events: ReadonlyMap<number, AccountEvent>;
  workspaces: ReadonlyMap<string, AccountWorkspace>;
  position: number;
  base: number;
  stages: StageClock;
}): Promise<PlannedItem[]> {
  const { batch, ports, loaded, position, stages } = work;
  const { policy, model, rules } = ports;
  const belowPosition = (item: BatchItem): boolean =>
    batch.input !== null && item.original !== null && item.original.offset < position;
  const candidates = candidatesOf(batch.items, work.events, work.workspaces).filter(
    ({ index }) => !belowPosition(batch.items[index] as BatchItem),
  );
  const decided = await planTransactions(candidates, {
    policy,
    rules,
    model: model.identity,
    featureSet: model.featureSet,
    nowMs: ports.clock.nowMs(),
    baseSeq: work.base,
    partitionFloorMs: loaded.floorMs,
    score: (vectors, rows) => model.score(vectors, rows),
    lap: (stage) => stages.lap(stage),
  });
  return batch.items.map((item, index): PlannedItem => {
    if (belowPosition(item)) return { kind: 'skipped' };
    if (item.kind === 'forwarded') return { kind: 'forwarded' };
    if (item.kind === 'invalid') return { kind: 'invalid', reason: item.reason };
    return decided.get(index) as PlannedItem;
  });
}

/** The batch's events in input order, and for the item at index i how far before the batch's last event its own is. */
function encodeEvents(
  batch: Batch,
  planned: readonly PlannedItem[],
  ports: ScoringPorts,
): { encoded: EncodedEvent[]; ranks: Int32Array } {
  const made: { index: number; make: (input: InputPosition | null) => LogEvent }[] = [];
  planned.forEach((item, index) => {
    const make = eventMaker(item, batch.items[index] as BatchItem, ports);
    if (make !== null) made.push({ index, make });
  });
  const ranks = new Int32Array(planned.length).fill(-1);
  const encoded = made.map(({ index, make }, i) => {
    const isLast = i === made.length - 1;
    ranks[index] = made.length - 1 - i;
    return ports.codec.encode(make(inputPosition(batch, index, isLast)));
  });
  return { encoded, ranks };
}

function inputPosition({ input, items }: Batch, index: number, isLast: boolean): InputPosition | null {
  if (input === null) return null;
  return { topic: input.topic, next: isLast ? input.to : (items[index]?.original?.offset ?? input.from - 1) + 1 };
}

/** null when the item takes no place in the log. Refusals over HTTP are answered and not recorded. */
function eventMaker(
  planned: PlannedItem,
  item: BatchItem,
  ports: ScoringPorts,
): ((input: InputPosition | null) => LogEvent) | null {
  if (planned.kind === 'decided') {
    const { decision } = planned;
    const { reducer } = ports.rules;
    return (input) => ({ type: 'decision.made', decision, amended: [], expired: [], input, reducer });
  }
  const { original } = item.kind === 'forwarded' ? { original: null } : item;
  const refusal = original === null ? null : refusalOf(planned, item);
  if (original === null || refusal === null) return null;
  const rejectedAtMs = ports.clock.nowMs();
  return (input) => ({
    type: 'transaction.rejected',
    ...refusal,
    original,
    rejectedAtMs,
    input: input ?? { topic: original.topic, next: original.offset + 1 },
  });
}

type Refusal = Pick<Extract<BatchItem, { kind: 'invalid' }>, 'reason' | 'field' | 'detail'>;

function refusalOf(planned: PlannedItem, item: BatchItem): Refusal | null {
  switch (planned.kind) {
    case 'invalid':
      return item.kind === 'invalid' ? { reason: item.reason, field: item.field, detail: item.detail } : null;
    case 'conflict':
      return {
        reason: 'identity_conflict',
        field: null,
        detail: 'A transaction of this identity was decided with other content',
      };
    case 'too_late':
      return { reason: 'too_late', field: 'occurred_at', detail: 'Older than the account may still accept' };
    case 'from_the_future':
      return { reason: 'from_the_future', field: 'occurred_at', detail: 'Further ahead of the clock than is allowed' };
    case 'decided':
    case 'recorded':
    case 'duplicate':
    case 'forwarded':
    case 'skipped':
      return null;
  }
}

function accountWrite(workspace: AccountWorkspace, base: number, ranks: Int32Array, last: number): AccountWrite {
  const { accountId, version, changed, state } = workspace;
  const record = changed ? encodeAccount(withDenseSeqs(state, base, ranks, last), { base, last }) : null;
  return { accountId, version, record, overflow: workspace.changedOverflow };
}

/** Item i's provisional seq is `base + 1 + i`; not every item becomes an event, so its real place is counted back from the last one. */
function withDenseSeqs(state: AccountState, base: number, ranks: Int32Array, last: number): AccountState {
  if (last === base + ranks.length) return state;
  return withSeqs(state, (seq) => (seq > base ? last - (ranks[seq - base - 1] as number) : seq));
}
