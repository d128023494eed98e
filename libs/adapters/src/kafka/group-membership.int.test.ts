import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { InputRig, soon, upTo } from '../../test/input-rig.ts';
import { createKafka } from './kafka-client.ts';

const rig = new InputRig();
afterEach(() => rig.closeMembers());
afterAll(() => rig.close());

describe('a member of a group', () => {
  it('delivers other partitions while one is stuck, and stays a member for longer than its session', async () => {
    const topic = await rig.makeTopic(3, 5);
    let stuck = true;
    const { consumer, revoked } = await rig.join(topic, {
      onBatch: async ({ partition, to }) => {
        while (partition === 0 && stuck) await delay(20);
        return { next: to };
      },
    });
    const startMs = performance.now();
    while (performance.now() - startMs < 7_500) {
      await delay(500);
      expect(performance.now() - consumer.lastHeartbeatMs).toBeLessThan(2_500);
    }
    await rig.fill(topic, 1, 5);
    await vi.waitFor(() => expect(consumer.position(topic, 1)).toBe(10), soon);
    expect(consumer.position(topic, 0)).toBe(0);
    expect([revoked, consumer.generation]).toEqual([[], 1]);
    stuck = false;
    await vi.waitFor(() => expect(consumer.position(topic, 0)).toBe(5), soon);
  });

  it('shares the partitions with a second member, and takes them back when that one leaves', async () => {
    const topic = await rig.makeTopic(4, 20);
    const first = await rig.join(topic);
    await vi.waitFor(() => expect(first.handled.size).toBe(4), soon);
    const second = await rig.join(topic);
    await vi.waitFor(() => {
      const owned = [first, second].map(({ consumer }) => consumer.assignment().map(({ partition }) => partition));
      expect(owned.map(({ length }) => length)).toEqual([2, 2]);
      expect(owned.flat().toSorted((a, b) => a - b)).toEqual(upTo(4));
    }, soon);
    expect(first.revoked.toSorted((a, b) => a - b)).toEqual(
      second.consumer
        .assignment()
        .map(({ partition }) => partition)
        .toSorted((a, b) => a - b),
    );
    for (const partition of upTo(4)) await rig.fill(topic, partition, 5);
    await vi.waitFor(() => {
      for (const { consumer } of [first, second]) {
        for (const { partition } of consumer.assignment()) expect(consumer.position(topic, partition)).toBe(25);
      }
    }, soon);
    await second.consumer.close();
    await vi.waitFor(() => expect(first.consumer.assignment()).toHaveLength(4), soon);
    // What it kept through both rebalances was never delivered again.
    const kept = upTo(4).filter((partition) => !first.revoked.includes(partition));
    for (const partition of kept) expect(first.handled.get(partition)).toEqual(upTo(25));
  });

  it('moves only what it must when a third member comes, and keeps partitions of one number together', async () => {
    const [first, second] = [await rig.makeTopic(6), await rig.makeTopic(6)];
    const both = { topics: [first, second], groupId: `group-${first}`, onAssigned: () => undefined };
    const members = [await rig.join(first, both), await rig.join(first, both)];
    const numbers = (): number[][][] =>
      members.map(({ consumer }) =>
        [first, second].map((topic) =>
          consumer
            .assignment()
            .filter((each) => each.topic === topic)
            .map(({ partition }) => partition),
        ),
      );
    const settled = (sizes: number[]) =>
      vi.waitFor(() => expect(numbers().map(([of]) => of?.length)).toEqual(sizes), soon);
    await settled([3, 3]);
    const before = numbers();
    members.push(await rig.join(first, both));
    await settled([2, 2, 2]);
    const after = numbers();
    for (const [ofFirst, ofSecond] of after) expect(ofFirst).toEqual(ofSecond);
    for (const member of [0, 1]) expect(before[member]![0]).toEqual(expect.arrayContaining(after[member]![0]!));
  });

  it('notes offsets in the group', async () => {
    const topic = await rig.makeTopic(2, 10);
    const { consumer } = await rig.join(topic);
    await consumer.commit([{ topic, partition: 1, offset: 4 }]);
    const admin = createKafka(rig.kafka).admin();
    await admin.connect();
    const [noted] = await admin.fetchOffsets({ groupId: `group-${topic}`, topics: [topic] });
    await admin.disconnect();
    expect(noted?.partitions.find(({ partition }) => partition === 1)?.offset).toBe('4');
  });
});
