import { encodeAccount } from '../account/account-codec.ts';
import { type AccountChange, accountChangeOf, applyChange } from '../account/account-change.ts';
import { openWorkspaces } from '../account/account-workspace.ts';
import type { LogEvent } from '../event.ts';
import { TransientFault } from '../faults.ts';
import type { LogFollower } from '../log/log-follower.ts';
import type { AppliedAccount, Fenced } from '../ports/partition-store.ts';
import type { OwnerPorts } from './owner-ports.ts';

const PAGE_EVENTS = 512;
const READ = { maxBytes: 4 * 1024 * 1024, maxWaitMs: 0 };

/** The part (from, to] of a log's events, and under which opening it is applied. */
export interface ReplayRange {
  readonly partition: number;
  readonly home: string;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

interface NumberedEvent {
  readonly seq: number;
  readonly event: LogEvent;
}

/**
 * Writes into the store what the log has and the store lacks: outcomes as recorded, never scored again. `start` is a follower at or before `fromSeq`.
 * Interrupted, it leaves a longer prefix, from which the next opening goes on. Protocol section 4, step 6.
 */
export async function replayLog(
  start: LogFollower,
  range: ReplayRange,
  ports: OwnerPorts,
  progress: (appliedSeq: number) => void,
): Promise<{ status: 'ok' } | Fenced> {
  const { partition, toSeq } = range;
  let applied = range.fromSeq;
  let page: NumberedEvent[] = [];
  while (applied < toSeq) {
    const { records, nextOffset } = await ports.log.read(partition, start.nextOffset, READ);
    if (records.length === 0 && nextOffset <= start.nextOffset) {
      throw new TransientFault('log_unreadable', `Partition ${partition} of the log ends before seq ${toSeq}`);
    }
    for (const record of records) {
      const followed = start.accept(record);
      if (followed.kind !== 'event' || followed.seq <= range.fromSeq || followed.seq > toSeq) continue;
      page.push({ seq: followed.seq, event: ports.codec.decode(record) });
      if (page.length < PAGE_EVENTS && followed.seq < toSeq) continue;
      const result = await applyPage(page, { ...range, fromSeq: applied, toSeq: followed.seq }, ports);
      if (result.status !== 'ok') return result;
      applied = followed.seq;
      page = [];
      progress(applied);
    }
    start.skipTo(nextOffset);
  }
  return { status: 'ok' };
}

async function applyPage(
  page: readonly NumberedEvent[],
  range: ReplayRange,
  ports: OwnerPorts,
): Promise<{ status: 'ok' } | Fenced> {
  const accounts = await reducedAccounts(page, range.partition, ports);
  const result = await ports.store.apply({ ...range, input: positionsAfter(page), accounts });
  if (result.status === 'out_of_order') {
    throw new TransientFault(
      'replay_out_of_order',
      `Partition ${range.partition} stands at seq ${result.seq}, not at ${range.fromSeq}`,
    );
  }
  return result;
}

function positionsAfter(page: readonly NumberedEvent[]): Map<string, number> {
  const positions = new Map<string, number>();
  for (const { event } of page) {
    if (event.input !== null)
      positions.set(event.input.topic, Math.max(event.input.next, positions.get(event.input.topic) ?? 0));
  }
  return positions;
}

async function reducedAccounts(
  page: readonly NumberedEvent[],
  partition: number,
  ports: OwnerPorts,
): Promise<AppliedAccount[]> {
  const byAccount = new Map<string, AccountChange[]>();
  for (const { seq, event } of page) {
    const change = accountChangeOf(event, seq, ports.hasher);
    if (change === null) continue;
    const list = byAccount.get(change.accountId) ?? [];
    list.push(change);
    byAccount.set(change.accountId, list);
  }
  const accountIds = [...byAccount.keys()];
  const stored = await ports.store.loadAccounts(partition, accountIds);
  const logCap = Math.min(...[...byAccount.values()].flat().map(({ reducer }) => reducer.logCap));
  const workspaces = await openWorkspaces(
    accountIds.map((accountId, i) => ({
      accountId,
      stored: stored[i] ?? { version: null, record: null },
      events: (byAccount.get(accountId) ?? []).flatMap((change) => (change.kind === 'added' ? [change.event] : [])),
    })),
    logCap,
    (asked) => ports.store.loadOverflow(partition, asked),
  );
  return [...byAccount].flatMap(([accountId, list]) => {
    const workspace = workspaces.get(accountId);
    if (workspace === undefined) return [];
    for (const change of list) if (change.seq > (workspace.version ?? 0)) applyChange(workspace, change);
    const version = list.at(-1)?.seq ?? 0;
    return [{ accountId, version, record: encodeAccount(workspace.state, null), overflow: workspace.changedOverflow }];
  });
}
