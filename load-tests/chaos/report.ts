import type { FaultRecord } from './fault-runner.ts';
import { type Fault, FAULTS, type FaultName, type Harm } from './faults.ts';
import type { Asked } from './http-asker.ts';
import { type Spread, spreadOf } from './recovery.ts';
import type { TrafficCounts } from './traffic.ts';

/** What `ops audit --json` says, as much of it as a report repeats by name. */
export interface AuditSummary {
  readonly ok: boolean;
  readonly input_records: number;
  readonly http: { readonly lost_ack_state: Readonly<Record<string, number>> } | null;
  readonly violations: Readonly<Record<string, number>>;
  readonly found: readonly { readonly kind: string; readonly count: number }[];
}

/** How a kind of fault was recovered from; spreads are of those faults during which nothing else was broken. */
export interface FaultSummary {
  readonly count: number;
  readonly alone: number;
  readonly up_seconds: Spread | null;
  readonly http_decided_seconds: Spread | null;
  readonly kafka_decided_seconds: Spread | null;
  readonly http_decided_after_up_seconds: Spread | null;
  readonly kafka_decided_after_up_seconds: Spread | null;
}

/** What a run measured. */
export interface RunFacts {
  readonly seed: number;
  readonly commit: string;
  readonly workers: number;
  readonly sessionTimeoutMs: number;
  readonly trafficSeconds: number;
  readonly seconds: number;
  readonly sent: ReturnType<TrafficCounts['report']>;
  readonly kafka: { readonly acknowledged: number; readonly retries: number };
  readonly asked: Asked;
  readonly faults: readonly FaultRecord[];
  readonly endedByThemselves: Readonly<Record<string, number>>;
  /** null when it did not come to an end. */
  readonly audit: AuditSummary | null;
}

export type ChaosReport = ReturnType<typeof reportOf>;

const LOST = ['not_decided', 'input_passed_over', 'answer_not_in_log', 'dead_letter_missing', 'state_missing'];
const DOUBLED = ['decided_twice', 'rejected_twice'];

/** The report of a run, in the names of its JSON. */
export function reportOf(facts: RunFacts) {
  const { audit, asked, kafka, faults } = facts;
  const missingRecords = audit === null ? 0 : Math.max(0, kafka.acknowledged - audit.input_records);
  const found = (codes: readonly string[]): number => countOf(audit, (code) => codes.includes(code));
  return {
    clean: audit?.ok === true && missingRecords === 0 && asked.unexpected.length === 0,
    seed: facts.seed,
    commit: facts.commit,
    workers: facts.workers,
    session_timeout_ms: facts.sessionTimeoutMs,
    seconds: Math.round(facts.seconds),
    traffic_seconds: Math.round(facts.trafficSeconds),
    sent: facts.sent,
    kafka: { ...kafka, missing_from_topic: missingRecords },
    http: asked,
    harm: harmOf(faults),
    ended_by_themselves: facts.endedByThemselves,
    lost: found(LOST),
    doubled: found(DOUBLED),
    changed_or_other: countOf(audit, (code) => !LOST.includes(code) && !DOUBLED.includes(code)),
    lost_ack_state: Object.values(audit?.http?.lost_ack_state ?? {}).reduce((sum, count) => sum + count, 0),
    /** Answers with ack=log are violations of I2 when the log does not have them; those with ack=state are not. */
    lost_ack_log: audit?.violations['I2'] ?? null,
    recovery: recoveryOf(faults),
    faults,
    audit,
  };
}

function countOf(audit: AuditSummary | null, counts: (code: string) => boolean): number {
  const kinds = audit?.found ?? [];
  return kinds.reduce((sum, { kind, count }) => (counts(kind.split(' ')[1] ?? '') ? sum + count : sum), 0);
}

function harmOf(faults: readonly FaultRecord[]): Readonly<Record<Harm, number>> {
  const harm = { process_kills: 0, redis_kills: 0, redis_data_lost: 0, broker_kills: 0, stops_beyond_session: 0 };
  for (const { name } of faults) {
    const { harms }: Fault = FAULTS[name];
    for (const one of harms) harm[one] += 1;
  }
  return harm;
}

function recoveryOf(faults: readonly FaultRecord[]): Partial<Record<FaultName, FaultSummary>> {
  const summaries: Partial<Record<FaultName, FaultSummary>> = {};
  const byName = Map.groupBy(faults, ({ name }) => name);
  for (const name of [...byName.keys()].toSorted()) {
    const all = byName.get(name) ?? [];
    const alone = all.filter((fault) => fault.alone);
    const spread = (of: (fault: FaultRecord) => number | null): Spread | null =>
      spreadOf(alone.map(of).filter((seconds) => seconds !== null));
    summaries[name] = {
      count: all.length,
      alone: alone.length,
      up_seconds: spread((fault) => fault.up_seconds),
      http_decided_seconds: spread((fault) => fault.decided_seconds.http),
      kafka_decided_seconds: spread((fault) => fault.decided_seconds.kafka),
      http_decided_after_up_seconds: spread((fault) => fault.decided_after_up_seconds.http),
      kafka_decided_after_up_seconds: spread((fault) => fault.decided_after_up_seconds.kafka),
    };
  }
  return summaries;
}
