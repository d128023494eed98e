import { describe, expect, it } from 'vitest';
import { codesOf, ScriptedPartition, transaction } from './scripted-partition.test-support.ts';
import { stateViolations, type StoredState } from './states.ts';

/** More events than the log's cap of four within the lateness, so that there are overflow records. */
function busy(): ScriptedPartition {
  const partition = new ScriptedPartition();
  partition.open();
  for (let i = 0; i < 9; i++) partition.decide(transaction(`t${i}`, { minute: i }), null);
  return partition;
}

const of = (accountId = 'acct-1') => ({ partition: 0, accountId, lastSeq: 9 });

describe('the state of an account', () => {
  const partition = busy();
  const folded = partition.history.accounts.get('acct-1')!;
  const stored = partition.stored('acct-1');
  const codes = (changed: Partial<StoredState>): string[] =>
    codesOf(stateViolations(of(), folded, { ...stored, ...changed }));

  it('is what its valid events make, bit for bit', () => {
    expect(folded.overflow.size).toBeGreaterThan(1);
    expect(codes({})).toEqual([]);
    expect(codes({ version: 9 })).toEqual([]);
  });

  it('is wrong when it lacks an event, or was made of another decision', () => {
    const behind = new ScriptedPartition();
    behind.open();
    for (let i = 0; i < 8; i++) behind.decide(transaction(`t${i}`, { minute: i }), null);
    const { record } = behind.stored('acct-1');
    expect(codes({ record })).toEqual(['I3 state_differs']);
    const other = new ScriptedPartition();
    other.open();
    for (let i = 0; i < 9; i++)
      other.decide(transaction(`t${i}`, { minute: i }), null, i === 8 ? { riskScore: 1 } : {});
    expect(codes({ record: other.stored('acct-1').record })).toEqual(['I3 state_differs']);
  });

  it('is wrong when it is damaged, missing, or of a version that it cannot have', () => {
    const damaged = Uint8Array.from(stored.record!);
    damaged[40]! ^= 1;
    expect(codes({ record: damaged })).toEqual(['I3 state_unreadable']);
    expect(codes({ record: null })).toEqual(['I3 state_missing']);
    expect(codes({ version: null })).toEqual(['I3 state_missing']);
    expect(codes({ version: 8 })).toEqual(['I3 version_impossible']);
    expect(codes({ version: 10 })).toEqual(['I3 version_impossible']);
  });

  it('includes its overflow records', () => {
    const [bucket, record] = [...stored.overflow!][0]!;
    expect(codes({ overflow: new Map([...stored.overflow!].slice(1)) })).toEqual(['I3 overflow_differs']);
    expect(codes({ overflow: new Map([...stored.overflow!, [(bucket + 1) % 64, record]]) })).toEqual([
      'I3 overflow_differs',
    ]);
    const shorter = record.slice(0, -4);
    expect(codes({ overflow: new Map([...stored.overflow!, [bucket, shorter]]) })).toEqual(['I3 overflow_differs']);
    expect(codes({ overflow: null })).toEqual([]);
  });

  it('may not be there for an account that the log does not know', () => {
    expect(codesOf(stateViolations(of('acct-9'), null, stored))).toEqual(['I3 state_without_events']);
    expect(codesOf(stateViolations(of('acct-9'), null, { ...stored, record: null }))).toEqual(['I3 leftover']);
  });
});
