import { describe, expect, it } from 'vitest';
import { topicDefinitions, topicNames } from './topics.ts';

describe('topics', () => {
  it('are the four of the contract, all with the same partitions', () => {
    const topics = topicDefinitions();
    expect(topics.map(({ name }) => name)).toEqual([
      'transactions.v1',
      'labels.v1',
      'decisions.v1',
      'transactions.v1.dlq',
    ]);
    expect(new Set(topics.map(({ partitions }) => partitions))).toEqual(new Set([12]));
  });

  it('are never compacted, stamped on arrival, and large enough', () => {
    for (const { name, configs } of topicDefinitions()) {
      expect(configs).toMatchObject({
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'LogAppendTime',
        'max.message.bytes': /^(?:transactions|labels)\.v1$/.test(name) ? '262144' : '2097152',
      });
    }
  });

  it('keep decisions for ever unless told otherwise', () => {
    const retention = (options: object): unknown =>
      topicDefinitions(options).find(({ name }) => name === 'decisions.v1')?.configs['retention.ms'];
    expect(retention({})).toBe('-1');
    expect(retention({ decisionsRetentionMs: 1_000 })).toBe('1000');
  });

  it('carry a prefix, a partition count and a replication factor', () => {
    const [topic] = topicDefinitions({ prefix: 'test-7-', partitions: 4, replicationFactor: 3 });
    expect(topic).toMatchObject({ name: 'test-7-transactions.v1', partitions: 4, replicationFactor: 3 });
    expect(topic?.configs['min.insync.replicas']).toBe('2');
    expect(topicNames('test-7-').deadLetters).toBe('test-7-transactions.v1.dlq');
  });
});
