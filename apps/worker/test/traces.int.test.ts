import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTransactionParser } from '#libs/contracts';
import { TransientFault } from '#libs/core';
import { NO_TRACING } from '#libs/platform';
import { INPUT_TOPIC, InMemoryLog, PartitionRig, RecordedSpans } from '#libs/testkit';
import type { InputWork } from '../src/apply-batch.ts';
import { applyTraced } from '../src/apply-traced.ts';
import { type InputRecord, transactionReader } from '../src/read-record.ts';
import { tracedLog } from '../src/traced-log.ts';
import { idleGuard } from './idle-guard.ts';

const TRACES = ['a'.repeat(32), 'b'.repeat(32)];
const never = () => 0.99;
const progress = { committed: () => undefined, refused: () => undefined, abandoned: () => false };

function record(offset: number, headers: Record<string, string> = {}, id = `t${offset}`): InputRecord {
  const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, offset)).toISOString();
  const wire = {
    transaction_id: id,
    account_id: 'acct-1',
    occurred_at: occurredAt,
    amount_minor: 100,
    currency: 'EUR',
  };
  return { offset, key: null, value: Buffer.from(JSON.stringify(wire)), headers };
}

const traced = (trace = ''): Record<string, string> => ({ traceparent: `00-${trace}-00f067aa0ba902b7-01` });

describe('the span of a batch', () => {
  let rig: PartitionRig;
  let work: InputWork;
  beforeEach(async () => {
    rig = await PartitionRig.start();
    work = {
      topic: INPUT_TOPIC,
      partitions: 1,
      ports: rig.scoring,
      read: transactionReader(createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true })),
      forward: () => Promise.resolve(),
      guard: idleGuard(),
      forwarded: () => undefined,
      unknownFields: () => undefined,
      limits: { batchTransactions: 2, batchBytes: 1_000_000 },
    };
    await rig.open();
  });
  afterEach(() => rig.stop());

  it('is linked to the traces of its records, and says what became of them', async () => {
    const spans = new RecordedSpans(never);
    const records = [
      record(0, traced(TRACES[0])),
      record(1),
      { ...record(2), value: Buffer.from('{') },
      { ...record(3, traced(TRACES[1])), value: record(1).value },
    ];
    expect(await applyTraced({ partition: 0, from: 0, to: 4, records }, work, progress, spans.tracing)).toBe(4);
    expect(spans.ended.map(({ name }) => name)).toEqual(['apply batch']);
    expect(spans.ended[0]?.links.map(({ context }) => context.traceId)).toEqual(TRACES);
    expect(spans.ended[0]?.attributes).toEqual({
      'holdfast.partition': 0,
      'holdfast.records': 4,
      'holdfast.commits': 2,
      'holdfast.decided': 2,
      'holdfast.recorded': 0,
      'holdfast.duplicates': 1,
      'holdfast.refused': 1,
      'holdfast.result': 'applied',
    });
  });

  it('is not made for records without a trace that the ratio leaves out, nor where nothing is exported', async () => {
    const spans = new RecordedSpans(never);
    const stretch = { partition: 0, from: 0, to: 1, records: [record(0)] };
    expect(await applyTraced(stretch, work, progress, spans.tracing)).toBe(1);
    const next = { partition: 0, from: 1, to: 2, records: [record(1, traced(TRACES[0]))] };
    expect(await applyTraced(next, work, progress, NO_TRACING)).toBe(2);
    expect(spans.ended).toEqual([]);
  });

  it('says when the store stands elsewhere', async () => {
    const spans = new RecordedSpans(() => 0);
    const stretch = { partition: 0, from: 4, to: 5, records: [record(4)] };
    expect(await applyTraced(stretch, work, progress, spans.tracing)).toBe(0);
    expect(spans.ended[0]?.attributes).toMatchObject({ 'holdfast.commits': 0, 'holdfast.result': 'elsewhere' });
  });
});

describe('the span of a send', () => {
  const records = [{ key: null, value: Buffer.from('1'), headers: {} }];

  it('says how many events went to which partition, and whether it failed', async () => {
    const spans = new RecordedSpans(() => 0);
    const memory = new InMemoryLog({ partitions: 2 });
    const log = tracedLog(memory, spans.tracing);
    await log.append(1, records);
    memory.nextAppends(1, 'fail_before');
    await expect(log.append(1, records)).rejects.toThrow(TransientFault);
    expect(spans.ended.map(({ name, attributes, status }) => [name, attributes, status.code])).toEqual([
      [
        'send decisions',
        { 'holdfast.partition': 1, 'holdfast.events': 1, 'holdfast.result': 'sent' },
        SpanStatusCode.UNSET,
      ],
      [
        'send decisions',
        { 'holdfast.partition': 1, 'holdfast.events': 1, 'holdfast.result': 'fault' },
        SpanStatusCode.ERROR,
      ],
    ]);
    expect((await log.read(1, 0, { maxBytes: 1_000, maxWaitMs: 0 })).records).toHaveLength(1);
    expect(await log.watermarks(1)).toEqual({ low: 0, high: 1 });
  });

  it('costs nothing where nothing is exported: it is the log itself', () => {
    const memory = new InMemoryLog({ partitions: 1 });
    expect(tracedLog(memory, NO_TRACING)).toBe(memory);
  });
});
