import { TransientFault } from '../faults.ts';
import type { BatchItem, ItemResult, StageTimings } from './batch.ts';
import { scoreBatch, type ScoringPorts } from './score-batch.ts';

const CONFLICTS_BEFORE_SPLITTING = 3;
const PAUSE_MS = 2;

/** What a request asks for: a transaction to decide, or a label to take in. */
export type RequestItem = Extract<BatchItem, { kind: 'transaction' | 'label' }> & { readonly original: null };

/** What a request is told: its result, and what an answer after publication waits for; or that nothing was decided in time. */
export type RequestResult =
  | {
      readonly status: 'done';
      readonly result: ItemResult;
      readonly timings: StageTimings;
      readonly home: string;
      readonly lastSeq: number;
    }
  | { readonly status: 'unavailable'; readonly reason: string };

interface RequestedWork {
  readonly partition: number;
  readonly items: readonly RequestItem[];
  readonly deadlineMs: number;
}

/**
 * Decides and takes in what came over HTTP for one partition, until `deadlineMs` (monotonic). All in one commit; after three conflicts account by
 * account, so that one busy account does not hold up the others. Results are in the order of `items`. Never throws for a fault that passes.
 */
export async function decideRequests(work: RequestedWork, ports: ScoringPorts): Promise<RequestResult[]> {
  const { partition, items, deadlineMs } = work;
  let conflicts = 0;
  for (;;) {
    const outcome = await attempt(partition, items, ports);
    if (Array.isArray(outcome)) return outcome;
    if (outcome === 'conflict') conflicts += 1;
    const accounts = new Set(items.map(accountOf));
    if (conflicts >= CONFLICTS_BEFORE_SPLITTING && accounts.size > 1) return splitByAccount(work, [...accounts], ports);
    const pauseMs = PAUSE_MS * (0.5 + ports.clock.random()) * (outcome === 'conflict' ? 1 : 4);
    if (outcome === 'full' || ports.clock.monotonicMs() + pauseMs >= deadlineMs) {
      return items.map(() => ({ status: 'unavailable', reason: outcome }));
    }
    await ports.clock.sleep(pauseMs);
  }
}

function accountOf(item: RequestItem): string {
  return item.kind === 'label' ? item.label.accountId : item.transaction.accountId;
}

/** The results, or why there are none. */
async function attempt(
  partition: number,
  items: readonly BatchItem[],
  ports: ScoringPorts,
): Promise<RequestResult[] | string> {
  try {
    const batch = await scoreBatch({ partition, input: null, items }, ports);
    if (batch.status !== 'committed') return batch.status;
    const { home, lastSeq, timings } = batch;
    return batch.results.map((result) => ({ status: 'done', result, timings, home, lastSeq }));
  } catch (error) {
    if (error instanceof TransientFault) return error.code === 'torn_read' ? 'conflict' : error.code;
    throw error;
  }
}

async function splitByAccount(
  work: RequestedWork,
  accounts: readonly string[],
  ports: ScoringPorts,
): Promise<RequestResult[]> {
  const results: RequestResult[] = [];
  for (const accountId of accounts) {
    const indices = work.items.flatMap((item, i) => (accountOf(item) === accountId ? [i] : []));
    const items = indices.map((i) => work.items[i] as RequestItem);
    const part = await decideRequests({ ...work, items }, ports);
    indices.forEach((index, i) => {
      results[index] = part[i] as RequestResult;
    });
  }
  return results;
}
