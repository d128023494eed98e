import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TransientFault } from '#libs/core';
import { BatchAppender } from './batch-appender.ts';
import type { ProducePart, ProducedPart, ProduceResponse } from './produce-protocol.ts';
import { decodeRecordBatches } from './record-batch-decoder.ts';

interface Sent {
  readonly nodeId: string;
  readonly parts: readonly ProducePart[];
  /** Answers with these error codes by partition, 0 for the others. */
  answer(errors?: Readonly<Record<number, number>>): void;
  fail(error: Error): void;
}

class FakeLink {
  readonly sent: Sent[] = [];
  readonly leaders = new Map<number, string>();

  leaderOf(_: string, partition: number): Promise<string> {
    return Promise.resolve(this.leaders.get(partition) ?? 'n1');
  }

  markStale(): void {}

  produce(nodeId: string, parts: readonly ProducePart[]): Promise<ProduceResponse> {
    return new Promise((resolve, reject) => {
      const answer = (errors: Readonly<Record<number, number>> = {}): void => {
        const results = parts.map(({ topic, partition }): ProducedPart => {
          return { topic, partition, errorCode: errors[partition] ?? 0, baseOffset: 100 + partition };
        });
        resolve({ clientSideThrottleTime: 0, parts: results });
      };
      this.sent.push({ nodeId, parts, answer, fail: reject });
    });
  }

  async next(): Promise<Sent> {
    for (let tries = 0; tries < 200; tries += 1) {
      const sent = this.sent.shift();
      if (sent !== undefined) return sent;
      await delay(2);
    }
    throw new Error('Nothing was sent');
  }
}

function make(options: { deadlineMs?: number; gapMs?: number } = {}) {
  const link = new FakeLink();
  const appender = new BatchAppender(link, { operation: 'append', deadlineMs: 500, ...options });
  const append = (partition: number, text = 'a') =>
    appender.append('t', partition, [{ key: null, value: Buffer.from(text), headers: {} }]);
  return { link, append };
}

function contents({ parts }: Sent): string[] {
  const options = { from: 0, maxBytes: 1_000, aborted: [] };
  return parts.map(({ partition, batch }) => {
    const [record] = decodeRecordBatches(batch, options).records;
    return `${partition}:${Buffer.from(record!.value!).toString()}`;
  });
}

describe('appending batches', () => {
  it('puts the appends of one turn into one request per broker', async () => {
    const { link, append } = make();
    link.leaders.set(2, 'n2');
    const appends = [append(0), append(1), append(2)];
    const [first, second] = [await link.next(), await link.next()];
    expect([first.nodeId, contents(first), second.nodeId, contents(second)]).toEqual([
      'n1',
      ['0:a', '1:a'],
      'n2',
      ['2:a'],
    ]);
    first.answer();
    second.answer();
    expect(await Promise.all(appends)).toEqual([100, 101, 102]);
  });

  it('keeps one request in flight per broker, and gathers the next meanwhile', async () => {
    const { link, append } = make();
    const appends = [append(0, 'a')];
    const first = await link.next();
    appends.push(append(1, 'b'), append(0, 'c'), append(0, 'd'));
    await delay(20);
    expect(link.sent).toHaveLength(0);
    first.answer();
    const second = await link.next();
    expect(contents(second)).toEqual(['1:b', '0:c']);
    second.answer();
    const third = await link.next();
    expect(contents(third)).toEqual(['0:d']);
    third.answer();
    await Promise.all(appends);
  });

  it('gives each partition its own outcome', async () => {
    const { link, append } = make();
    const [good, large, unsure] = [append(0), append(1), append(2)];
    (await link.next()).answer({ 1: 10, 2: 7 });
    expect(await good).toBe(100);
    await expect(large).rejects.toMatchObject({ name: 'TransientFault', code: 'append_too_large' });
    await expect(unsure).rejects.toMatchObject({ name: 'TransientFault', code: 'append_failed' });
    await delay(100);
    expect(link.sent).toHaveLength(0);
  });

  it('sends again only what a broker refused because it is not the leader', async () => {
    const { link, append } = make();
    const [moved, written] = [append(0), append(1)];
    const first = await link.next();
    link.leaders.set(0, 'n2');
    first.answer({ 0: 6 });
    await written;
    const again = await link.next();
    expect([again.nodeId, contents(again)]).toEqual(['n2', ['0:a']]);
    again.answer();
    expect(await moved).toBe(100);
  });

  it('sends nothing again when the connection breaks: nobody knows what was written', async () => {
    const { link, append } = make();
    const appends = [append(0), append(1)];
    (await link.next()).fail(new Error('Connection closed'));
    for (const each of appends) await expect(each).rejects.toThrow(TransientFault);
    await delay(100);
    expect(link.sent).toHaveLength(0);
    const retry = append(0);
    (await link.next()).answer();
    await retry;
  });

  it('asks again who leads what was not sent when the request before it failed', async () => {
    const { link, append } = make();
    const first = append(0);
    const sent = await link.next();
    const waiting = append(1);
    await delay(10);
    link.leaders.set(1, 'n2');
    sent.fail(new Error('No answer'));
    await expect(first).rejects.toThrow(TransientFault);
    const moved = await link.next();
    expect([moved.nodeId, contents(moved)]).toEqual(['n2', ['1:a']]);
    moved.answer();
    await waiting;
  });

  it('gives up in time, and never sends what it gave up before it was sent', async () => {
    const { link, append } = make({ deadlineMs: 60 });
    const stuck = append(0, 'stuck');
    const first = await link.next();
    const waiting = append(1, 'never sent');
    await expect(stuck).rejects.toMatchObject({ code: 'append_failed' });
    await expect(waiting).rejects.toMatchObject({ code: 'append_failed' });
    first.answer();
    await delay(30);
    expect(link.sent).toHaveLength(0);
  });

  it('leaves a gap between requests', async () => {
    const { link, append } = make({ gapMs: 60 });
    const startMs = performance.now();
    const first = append(0);
    (await link.next()).answer();
    await first;
    const second = append(0);
    (await link.next()).answer();
    await second;
    expect(performance.now() - startMs).toBeGreaterThan(50);
  });
});
