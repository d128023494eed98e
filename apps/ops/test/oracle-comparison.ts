import {
  accountEventOf,
  decodeAccount,
  decodeOverflow,
  LogFollower,
  sameState,
  type DecisionMade,
  type Hash64,
  StopSignal,
} from '#libs/core';
import type { AccountOracle } from '#libs/testkit';
import type { AuditSources } from '../src/audit/audit-sources.ts';
import { readRange } from '../src/audit/read-range.ts';

/** What a comparison with the oracle came to. */
export interface OracleComparison {
  readonly accounts: number;
  readonly events: number;
  readonly vectors: number;
  /** One line each. */
  readonly differences: readonly string[];
}

/**
 * I3 and I4 once more, with nothing of the engine: each account's state in the store, and every `vectorsEvery`-th recorded vector, against the brute-force
 * oracle, which computes them anew from all valid events. Some 100 us an event and vector; for a service at rest.
 */
export async function compareWithOracle(
  sources: AuditSources,
  { newOracle, vectorsEvery }: { readonly newOracle: () => AccountOracle; readonly vectorsEvery: number },
): Promise<OracleComparison> {
  const differences: string[] = [];
  const totals = { accounts: 0, events: 0, vectors: 0 };
  for (let partition = 0; partition < sources.partitions; partition++) {
    const oracles = new Map<string, AccountOracle>();
    for await (const { seq, made } of validDecisions(sources, partition)) {
      const { transaction, vector, outcome, riskScore } = made.decision;
      const oracle = oracles.get(transaction.accountId) ?? newOracle();
      oracles.set(transaction.accountId, oracle);
      const event = accountEventOf(transaction, sources.hasher);
      totals.events += 1;
      if (totals.events % vectorsEvery === 0) {
        totals.vectors += 1;
        const expected = oracle.accountVectorOf(event);
        const account = vector.slice(0, expected.length);
        const same = Buffer.from(expected.buffer).equals(Buffer.from(account.buffer));
        if (!same) differences.push(`partition ${partition} seq ${seq}: the vector differs`);
      }
      oracle.apply({ ...event, outcome, riskScore, seq }, made.reducer);
    }
    for (const [accountId, oracle] of oracles) {
      totals.accounts += 1;
      const difference = await differenceOf(oracle, await sources.store.accountWithOverflow(partition, accountId));
      if (difference !== null) differences.push(`partition ${partition} ${accountId}: ${difference}`);
    }
  }
  return { ...totals, differences };
}

type Stored = Awaited<ReturnType<AuditSources['store']['accountWithOverflow']>>;

async function differenceOf(oracle: AccountOracle, { version, record, overflow }: Stored): Promise<string | null> {
  if (record === null || version === null) return 'the store does not have it';
  const stored = decodeAccount(record, version);
  if (!sameState(oracle.state, stored)) return 'the state differs';
  const name = ({ high, low }: Hash64): string => `${high}:${low}`;
  const kept = [...(overflow?.values() ?? [])].flatMap((bytes) => decodeOverflow(bytes));
  const known = kept.filter(({ eventTimeMs }) => eventTimeMs > stored.floorMs).map(({ identity }) => name(identity));
  const wanted = oracle.overflow.map(({ identity }) => name(identity));
  return known.toSorted().join() === wanted.toSorted().join() ? null : 'the overflow records differ';
}

async function* validDecisions(
  { decisions, codec }: AuditSources,
  partition: number,
): AsyncGenerator<{ seq: number; made: DecisionMade }> {
  const follower = new LogFollower();
  const { high } = await decisions.watermarks(partition);
  const range = { from: 0, to: high, stopSignal: new StopSignal() };
  for await (const { records, nextOffset } of readRange(decisions, partition, range)) {
    for (const record of records) {
      const followed = follower.accept(record);
      const event = followed.kind === 'event' ? codec.decode(record) : null;
      if (followed.kind === 'event' && event?.type === 'decision.made') yield { seq: followed.seq, made: event };
    }
    follower.skipTo(nextOffset);
  }
}
