import { describe, expect, it } from 'vitest';
import { type NewLogRecord, TransientFault } from '#libs/core';
import { CONTRACT_PARTITIONS, decisionLogContract } from '../contracts/decision-log-contract.ts';
import { InMemoryLog } from './in-memory-log.ts';

decisionLogContract('the log in memory', () => {
  const log = new InMemoryLog({ partitions: CONTRACT_PARTITIONS });
  return Promise.resolve({
    log,
    trim: (partition, low) => Promise.resolve(log.trim(partition, low)),
    close: () => Promise.resolve(),
  });
});

const record = (text: string): NewLogRecord => ({ key: null, value: new TextEncoder().encode(text), headers: {} });
const contents = (log: InMemoryLog): string[] =>
  log.records(0).map(({ offset, value }) => `${offset}:${new TextDecoder().decode(value!)}`);

describe('faults of the log in memory', () => {
  it('meets each append with the fate that was set for it, then with none', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    log.nextAppends(0, 'fail_before', 'fail_after', 'partly', 'twice', 'twice_fail');
    await expect(log.append(0, [record('a')])).rejects.toThrow(TransientFault);
    await expect(log.append(0, [record('b')])).rejects.toThrow(TransientFault);
    await expect(log.append(0, [record('c'), record('d')])).rejects.toThrow(TransientFault);
    await log.append(0, [record('e')]);
    await expect(log.append(0, [record('f')])).rejects.toThrow(TransientFault);
    await log.append(0, [record('g')]);
    expect(contents(log)).toEqual(['0:b', '1:c', '2:e', '3:e', '4:f', '5:f', '6:g']);
  });

  it('holds an append until it is released, acknowledged or long given up', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    const first = log.holdNextAppend(0);
    const acknowledged = log.append(0, [record('a')]);
    (await first).release();
    await acknowledged;
    const second = log.holdNextAppend(0);
    const failed = log.append(0, [record('late')]);
    const held = await second;
    held.fail();
    await expect(failed).rejects.toThrow(TransientFault);
    await log.append(0, [record('b')]);
    held.release();
    expect(contents(log)).toEqual(['0:a', '1:b', '2:late']);
  });

  it('loses its tail and gives its offsets again', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    await log.append(0, ['a', 'b', 'c'].map(record));
    log.truncate(0, 1);
    await log.append(0, [record('d')]);
    expect(contents(log)).toEqual(['0:a', '1:d']);
  });

  it('leaves holes that reading passes', async () => {
    const log = new InMemoryLog({ partitions: 1 });
    log.leaveHole(0, 2);
    await log.append(0, [record('a')]);
    log.leaveHole(0, 1);
    const { records, nextOffset } = await log.read(0, 0, { maxBytes: 1_000, maxWaitMs: 0 });
    expect(records.map(({ offset }) => offset)).toEqual([2]);
    expect(nextOffset).toBe(4);
  });
});
