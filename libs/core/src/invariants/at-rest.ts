import { homeEpoch, homeState } from '../home.ts';
import type { LogPosition } from '../log/log-rule.ts';
import type { PartitionHistory } from './partition-history.ts';
import type { Violation } from './violation.ts';

/** Where a partition of the store stands. */
export interface StorePosition {
  readonly home: string | null;
  readonly seq: number;
  readonly published: LogPosition | null;
  /** Input topic -> offset up to which it is applied. */
  readonly input: ReadonlyMap<string, number>;
  /** seq up to which rejections are copied to the dead-letter topic. */
  readonly deadLetterSeq: number;
  readonly floorMs: number | null;
}

/**
 * I9: the partition is open under the log's epoch, everything committed is published and noted, everything on the input is applied. `ends` are the
 * high watermarks of the input topics that are consumed.
 */
export function restViolations(
  partition: number,
  {
    store,
    log,
    ends,
  }: { readonly store: StorePosition; readonly log: LogPosition; readonly ends: ReadonlyMap<string, number> },
): Violation[] {
  const violations: Violation[] = [];
  const say = (code: string, detail: string): void => {
    violations.push({ invariant: 'I9', code, partition, detail });
  };
  const { home, seq, published, input } = store;
  const state = homeState(home);
  if (state !== 'open') say('not_open', `The partition is ${state}: no worker has it open`);
  else if (homeEpoch(home) !== log.epoch) {
    say('other_epoch', `The store is open under epoch ${homeEpoch(home)}, the log is in epoch ${log.epoch}`);
  }
  if (seq > log.seq) say('unpublished', `${seq - log.seq} events are committed and not in the log (seq ${log.seq})`);
  if (seq < log.seq) say('store_behind', `The store stands at seq ${seq}, the log at seq ${log.seq}`);
  if (published !== null && seq <= log.seq && published.seq < seq) {
    say('not_noted', `The store knows of ${published.seq} published events, the log has ${log.seq}`);
  }
  for (const [topic, end] of ends) {
    const position = input.get(topic) ?? 0;
    if (position < end) say('lag', `${topic} is applied up to offset ${position} of ${end}`);
  }
  return violations;
}

/** A record of the dead-letter topic: whose copy it is, by its headers. */
export interface DeadLetterFact {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** Of key and value. */
  readonly fingerprint: number;
}

/**
 * I9 and I1 for dead letters: each valid rejection has a copy with its reason and original bytes, so has each label or reversal that an account has stopped
 * waiting with, of `logTopic`, and nothing else is there. Copies may repeat. While the service is at work (`atRest` false) they may be behind the log, or
 * ahead of the part that was read: `applied` is where its inputs stand, by topic; for the log's own events there is no such position.
 */
export function deadLetterViolations(
  history: Pick<PartitionHistory, 'partition' | 'rejections' | 'expirations'>,
  deadLetters: readonly DeadLetterFact[],
  {
    applied,
    logTopic,
    atRest,
  }: { readonly applied: ReadonlyMap<string, number>; readonly logTopic: string; readonly atRest: boolean },
): Violation[] {
  const { partition } = history;
  const expired = history.expirations.map((one) => ({
    ...one,
    reason: 'unknown_transaction',
    origin: { topic: logTopic, partition, offset: one.recordedAt },
  }));
  const keyOf = (at: { topic: string; partition: number; offset: number }): string =>
    `${at.topic}/${at.partition}/${at.offset}`;
  const missing = new Map([...history.rejections, ...expired].map((rejection) => [keyOf(rejection.origin), rejection]));
  const rejections = new Map(missing);
  const violations: Violation[] = [];
  for (const letter of deadLetters) {
    const key = keyOf(letter);
    const rejection = rejections.get(key);
    missing.delete(key);
    const say = (code: string, detail: string): void => {
      violations.push({ invariant: 'I1', code, partition, offset: letter.offset, detail });
    };
    const isAhead = !atRest && letter.offset >= (applied.get(letter.topic) ?? 0);
    if (rejection === undefined && isAhead) continue;
    if (rejection === undefined)
      say('dead_letter_unasked', `A dead letter of ${key}, which no valid event rejects or gives up`);
    else if (rejection.fingerprint !== letter.fingerprint || rejection.reason !== letter.reason) {
      say('dead_letter_altered', `The dead letter of ${key} has other bytes or another reason than its rejection`);
    }
  }
  if (!atRest) return violations;
  for (const [key, { seq, offset }] of missing) {
    const detail = `The rejection of ${key} has no dead letter`;
    violations.push({ invariant: 'I9', code: 'dead_letter_missing', partition, seq, offset, detail });
  }
  return violations;
}
