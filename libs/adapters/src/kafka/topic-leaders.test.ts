import { describe, expect, it } from 'vitest';
import type { Cluster } from './kafkajs-internals.ts';
import { TopicLeaders } from './topic-leaders.ts';

/** A cluster of one topic `t` with the given leaders by partition; kafkajs's metadata fails while `broken`. */
function fakeCluster(leaders: number[]) {
  const state = { loads: 0, broken: null as Error | null, gate: Promise.resolve() };
  const cluster: Cluster = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    addMultipleTargetTopics: ([topic]) =>
      topic === 't' ? Promise.resolve() : Promise.reject(Object.assign(new Error('unknown topic'), { code: 3 })),
    refreshMetadata: async () => {
      state.loads += 1;
      await state.gate;
      if (state.broken !== null) throw state.broken;
    },
    findTopicPartitionMetadata: (topic) =>
      topic === 't' ? leaders.map((leader, partitionId) => ({ partitionId, leader })) : [],
    findBroker: () => Promise.reject(new Error('not used')),
  };
  return { state, topics: new TopicLeaders(cluster, 200) };
}

describe('the leaders of partitions', () => {
  it('are asked for once, and again when they are stale', async () => {
    const leaders = [1, 2];
    const { state, topics } = fakeCluster(leaders);
    expect(await Promise.all([topics.leaderOf('t', 0), topics.leaderOf('t', 1)])).toEqual(['1', '2']);
    expect(state.loads).toBe(1);
    leaders[0] = 3;
    topics.markStale();
    await topics.partitionCount('t');
    expect(await topics.leaderOf('t', 0)).toBe('3');
    expect(state.loads).toBe(2);
  });

  it('are given from what is known while new metadata is on its way', async () => {
    const { state, topics } = fakeCluster([1]);
    await topics.load(['t']);
    state.gate = new Promise(() => undefined);
    topics.markStale();
    expect(await topics.leaderOf('t', 0)).toBe('1');
  });

  it('are asked for first when a request has failed at the known one, and taken as known when they cannot be had', async () => {
    const leaders = [1, 2];
    const { state, topics } = fakeCluster(leaders);
    await topics.load(['t']);
    leaders[0] = 3;
    topics.markStale('1');
    expect(await topics.leaderOf('t', 0)).toBe('3');
    state.broken = new Error('nobody answers');
    topics.markStale('3');
    expect(await topics.leaderOf('t', 0)).toBe('3');
  });

  it('stay known for all partitions when one without a leader fails the metadata', async () => {
    const { state, topics } = fakeCluster([1, 2]);
    await topics.load(['t']);
    state.broken = new Error('LEADER_NOT_AVAILABLE');
    topics.markStale();
    expect(await topics.leaderOf('t', 1)).toBe('2');
    expect(await topics.partitionCount('t')).toBe(2);
  });

  it('are missed with an error that tells why', async () => {
    const { topics } = fakeCluster([-1]);
    await expect(topics.leaderOf('t', 0)).rejects.toMatchObject({ code: 5, isLeaderError: true });
    await expect(topics.leaderOf('t', 7)).rejects.toMatchObject({ code: 3, isLeaderError: true });
    await expect(topics.leaderOf('other', 0)).rejects.toMatchObject({ code: 3 });
    expect(await topics.partitionCount('t')).toBe(1);
  });

  it('are not waited for longer than the deadline, nor asked for after the end', async () => {
    const { state, topics } = fakeCluster([1]);
    state.gate = new Promise(() => undefined);
    await expect(topics.leaderOf('t', 0)).rejects.toThrow('within 200 ms');
    await topics.close();
    await expect(topics.leaderOf('t', 0)).rejects.toThrow('closed');
  });
});
