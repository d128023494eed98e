import type { Invariant, StoredEntities } from '#libs/core';
import type { PartitionResult } from './audit-partition.ts';
import type { NotChecked } from './history-reading.ts';
import type { AskedTransactions } from './read-answers.ts';
import type { Tally } from './tally.ts';

/** What an audit found: totals, as `--json` says them, and the violations. */
export interface AuditReport {
  readonly ok: boolean;
  readonly at_rest: boolean;
  readonly partitions: number;
  readonly input_records: number;
  /** Different transactions asked for, by the input topic or over HTTP. */
  readonly transactions_asked: number;
  readonly decided: number;
  readonly held: number;
  readonly duplicates_in_input: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly dead_letters: number;
  readonly accounts_checked: number;
  readonly accounts_in_motion: number;
  readonly entities_checked: number;
  /** Whose entities changed faster than they could be read: they were not compared. */
  readonly entity_partitions_in_motion: number;
  readonly openings: number;
  readonly ignored_log_records: number;
  /** null without `--asked`. */
  readonly http: {
    readonly asked: number;
    readonly invalid: number;
    readonly lost_ack_state: { readonly never_published: number; readonly decided_anew: number };
  } | null;
  /** Decisions of which nobody can say who asked: over HTTP without `--asked`, or of input that is trimmed. */
  readonly unattributed_decisions: number;
  /** Decisions of another build's features, of another policy, or of a model that is not at hand. */
  readonly not_checked: NotChecked;
  readonly violations: Readonly<Record<Invariant, number>>;
  readonly found: Tally['kinds'];
}

/** Adds the partitions up. */
export function reportOf(facts: {
  results: readonly PartitionResult[];
  tally: Tally;
  atRest: boolean;
  asked: AskedTransactions | null;
  inputRecords: number;
  /** By partition; null where they were in motion. */
  entities: readonly (StoredEntities | null)[];
}): AuditReport {
  const { results, tally, atRest, asked, inputRecords, entities } = facts;
  const total = (of: (result: PartitionResult) => number): number => sum(results.map(of));
  const rejected: Record<string, number> = {};
  for (const [reason, count] of results.flatMap((result) => [...result.rejected])) {
    rejected[reason] = (rejected[reason] ?? 0) + count;
  }
  return {
    ok: tally.total === 0,
    at_rest: atRest,
    partitions: results.length,
    input_records: inputRecords,
    transactions_asked: total(({ asked: count }) => count),
    decided: total(({ decided }) => decided),
    held: total(({ held }) => held),
    duplicates_in_input: total(({ duplicates }) => duplicates),
    rejected,
    dead_letters: total(({ deadLetters }) => deadLetters),
    accounts_checked: total(({ states }) => states.checked),
    accounts_in_motion: total(({ states }) => states.inMotion),
    entities_checked: sum(entities.map((one) => one?.records.size ?? 0)),
    entity_partitions_in_motion: entities.filter((one) => one === null).length,
    openings: total(({ openings }) => openings),
    ignored_log_records: total(({ ignoredRecords }) => ignoredRecords),
    http: asked && {
      asked: asked.lines,
      invalid: asked.invalid,
      lost_ack_state: {
        never_published: total(({ answers }) => answers.lost.never_published),
        decided_anew: total(({ answers }) => answers.lost.decided_anew),
      },
    },
    unattributed_decisions: total(({ unattributed }) => unattributed),
    not_checked: {
      vectors: total(({ notChecked }) => notChecked.vectors),
      rulings: total(({ notChecked }) => notChecked.rulings),
      probabilities: total(({ notChecked }) => notChecked.probabilities),
    },
    violations: tally.byInvariant,
    found: tally.kinds,
  };
}

/** Of some numbers. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
