import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { partitionOf } from './partition-of.ts';

const kafkaPartitioner = Partitioners.DefaultPartitioner();

function kafkaPartitionOf(accountId: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId): PartitionMetadata => {
    return { partitionId, partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] };
  });
  return kafkaPartitioner({ topic: 'transactions.v1', partitionMetadata, message: { key: accountId, value: null } });
}

describe('the partition of an account', () => {
  it('is the one that Kafka’s default partitioner gives its key', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1, 64}$/);
    fc.assert(
      fc.property(id, fc.integer({ min: 1, max: 64 }), (accountId, partitions) => {
        expect(partitionOf(accountId, partitions)).toBe(kafkaPartitionOf(accountId, partitions));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays what it was: state is stored by it', () => {
    expect(['acct-4821', 'a', 'c1', 'c22', 'c333'].map((id) => partitionOf(id, 12))).toEqual([5, 4, 11, 9, 0]);
  });

  it('is not given to an id that is not ASCII', () => {
    expect(() => partitionOf('accté', 12)).toThrow('ASCII');
    expect(() => partitionOf('accounté-1', 12)).toThrow('ASCII');
  });
});
