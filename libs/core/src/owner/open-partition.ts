import { TransientFault } from '../faults.ts';
import { homeState } from '../home.ts';
import { formatClaim } from '../log/claim.ts';
import { withEpoch } from '../log/epoch-table.ts';
import type { LogFollower } from '../log/log-follower.ts';
import { openRecord, PROTOCOL_VERSION } from '../log/log-record.ts';
import { findTail, followToEnd } from '../log/read-log.ts';
import type { BeganPartition } from '../ports/partition-store.ts';
import { type CopiedLog, copyLog, type OpenProgress } from './copy-log.ts';
import { FENCED } from './fenced.ts';
import { findLostLog } from './lineage.ts';
import { mendAccounts } from './mend-accounts.ts';
import type { OwnerPorts } from './owner-ports.ts';

const ATTEMPTS = 5;

/** An open partition, as its owner needs it. */
export interface OpenedPartition extends Omit<CopiedLog, 'status'> {
  readonly status: 'opened';
  readonly home: string;
  readonly epoch: number;
  readonly base: number;
  /** Stands at the own OPEN or after it. */
  readonly follower: LogFollower;
  /** Where each input topic is to be read on. */
  readonly input: ReadonlyMap<string, number>;
  /** Inputs that lost records which were never applied. */
  readonly raised: readonly string[];
  /** Accounts whose records were damaged, and which were made anew from their events. */
  readonly mended: readonly string[];
}

/**
 * `lost`: somebody else is opening, back off and try again. `halted`: log and store contradict each other, a person decides; the partition stays closed.
 * `newer_protocol`: it belongs to a newer version of this program.
 */
export type OpenResult =
  | OpenedPartition
  | { readonly status: 'lost'; readonly reason: string }
  | { readonly status: 'halted'; readonly reason: string }
  | { readonly status: 'newer_protocol' };

/**
 * Takes a partition: closes it, wins an epoch in the log, makes the store a copy of the log's history where it is not, opens it. Safe to run in any number
 * of processes at the same time; at most one is `opened` by the log. Restart, failover, restored backup, FLUSHALL and rebuild are all this.
 * Throws `TransientFault` when store or log are out of reach. Protocol section 4, steps 1 to 7.
 */
export async function openPartition(partition: number, ports: OwnerPorts, progress: OpenProgress): Promise<OpenResult> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tail = await findTail(ports.log, partition);
    const newer =
      (tail.lastOpen?.protocolVersion ?? 0) > PROTOCOL_VERSION ||
      homeState(await ports.store.home(partition)) === 'newer';
    if (newer) return { status: 'newer_protocol' };
    const began = await ports.store.begin(partition, ports.newNonce());
    if ((await lostLog(partition, began, tail, ports)) !== null) {
      const reason = await lostLog(partition, began, await findTail(ports.log, partition), ports);
      if (reason !== null) return { status: 'halted', reason: `The log has lost data: ${reason}` };
      continue;
    }
    return openUnderNonce(partition, began, tail, { ports, progress });
  }
  return { status: 'lost', reason: 'the log moves on while the partition is being opened' };
}

async function lostLog(
  partition: number,
  began: BeganPartition,
  tail: LogFollower,
  ports: OwnerPorts,
): Promise<string | null> {
  const inputEnds = await inputWatermarks(partition, ports, 'high');
  return findLostLog(ports.log, partition, { began, tail, inputEnds });
}

async function inputWatermarks(
  partition: number,
  ports: OwnerPorts,
  end: 'low' | 'high',
): Promise<Map<string, number>> {
  const { names } = ports.inputs;
  const found = await Promise.all(names.map(async (topic) => (await ports.inputs.watermarks(topic, partition))[end]));
  return new Map(names.map((topic, i) => [topic, found[i] as number]));
}

async function openUnderNonce(
  partition: number,
  began: BeganPartition,
  tail: LogFollower,
  { ports, progress }: { ports: OwnerPorts; progress: OpenProgress },
): Promise<OpenResult> {
  const { epoch: epochBefore, seq: base } = tail.position;
  const epoch = epochBefore + 1;
  if (!(await winEpoch(partition, tail, ports)))
    return { status: 'lost', reason: `another OPEN of epoch ${epoch}, or a late event, came first` };

  const copied = await copyLog(partition, { began, tail, epochBefore, base }, { ports, progress });
  if (copied.status !== 'copied') return copied;
  const seq = copied.wiped ? base : Math.max(began.seq, base);
  const mended = await mendAccounts({ partition, home: began.home, base, seq }, ports);
  if (mended.status !== 'mended') return mended;
  const claim = tail.claim;
  if (claim === null) throw new Error('A partition with a valid OPEN has a claim');
  const opened = await ports.store.open({
    partition,
    home: began.home,
    epoch,
    base,
    position: formatClaim(claim),
    lowWatermarks: await inputWatermarks(partition, ports, 'low'),
  });
  if (opened.status !== 'ok') return FENCED;
  const { home, input, raised } = opened;
  const { replayed, wiped, rebuiltFrom } = copied;
  const { accountIds } = mended;
  return {
    status: 'opened',
    home,
    epoch,
    base,
    follower: tail,
    input,
    raised,
    mended: accountIds,
    replayed,
    wiped,
    rebuiltFrom,
  };
}

/** Appends OPEN and reads back: true iff the own one is the last valid OPEN. Even after a send error, since it may have arrived. */
async function winEpoch(partition: number, tail: LogFollower, ports: OwnerPorts): Promise<boolean> {
  const { epoch, seq: base } = tail.position;
  const nonce = ports.newNonce();
  const table = withEpoch(tail.lastOpen?.table ?? [], { epoch: epoch + 1, base });
  const record = openRecord({
    epoch: epoch + 1,
    base,
    nonce,
    protocolVersion: PROTOCOL_VERSION,
    table,
    claim: tail.claim,
  });
  try {
    await ports.log.append(partition, [record]);
  } catch (error) {
    if (!(error instanceof TransientFault)) throw error;
  }
  await followToEnd(ports.log, partition, tail);
  return tail.lastOpen?.nonce === nonce;
}
