import { expect, test } from 'vitest';
import type { FaultRecord } from './fault-runner.ts';
import { type AuditSummary, type RunFacts, reportOf } from './report.ts';
import { TrafficCounts } from './traffic.ts';

const fault = (name: FaultRecord['name'], kafka: number | null, alone = true): FaultRecord => ({
  name,
  what: null,
  at_seconds: 1,
  up_seconds: 2,
  decided_seconds: { http: 0.1, kafka },
  decided_after_up_seconds: { http: 0.1, kafka },
  alone,
});

const audit: AuditSummary = {
  ok: true,
  input_records: 10,
  http: { lost_ack_state: { never_published: 1, decided_anew: 2 } },
  violations: { I1: 0, I2: 0 },
  found: [],
};

const facts: RunFacts = {
  seed: 1,
  commit: 'abc',
  workers: 2,
  sessionTimeoutMs: 6_000,
  trafficSeconds: 1,
  seconds: 2,
  sent: new TrafficCounts().report(),
  kafka: { acknowledged: 10, retries: 0 },
  asked: { answered: 0, tries: 0, by_status: {}, unexpected: [] },
  faults: [
    fault('all workers kill -9', 9),
    fault('redis kill -9 with its tail lost', 1),
    fault('redis kill -9 with its tail lost', 30, false),
    fault('redis kill -9 with its tail lost', null),
  ],
  endedByThemselves: {},
  audit,
};

test('harm is added up by kind, and recovery is of faults that nothing else disturbed', () => {
  const report = reportOf(facts);
  expect(report).toMatchObject({ clean: true, lost: 0, lost_ack_state: 3, lost_ack_log: 0 });
  expect(report.harm).toMatchObject({ process_kills: 2, redis_kills: 3, redis_data_lost: 3, broker_kills: 0 });
  expect(report.recovery['redis kill -9 with its tail lost']).toMatchObject({
    count: 3,
    alone: 2,
    kafka_decided_seconds: { count: 1, max: 1 },
  });
});

test('a run is not clean when the audit finds something or has not ended, the topic lacks a record, or an answer is not of the contract', () => {
  const found = [{ kind: 'I1 decided_twice', count: 4 }];
  const broken = { ...audit, ok: false, violations: { I1: 4, I2: 0 }, found };
  expect(reportOf({ ...facts, audit: broken })).toMatchObject({ clean: false, doubled: 4, lost: 0 });
  expect(reportOf({ ...facts, audit: null })).toMatchObject({ clean: false, lost_ack_log: null });
  expect(reportOf({ ...facts, kafka: { acknowledged: 11, retries: 0 } })).toMatchObject({ clean: false });
  expect(reportOf({ ...facts, asked: { ...facts.asked, unexpected: ['500'] } })).toMatchObject({ clean: false });
});
