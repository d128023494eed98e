import {
  answerViolations,
  askedKey,
  claimViolations,
  type AnswerFact,
  type ComparedAnswers,
  type DeadLetterFact,
  deadLetterViolations,
  inputPositions,
  type InputLedger,
  orderViolations,
  positionViolations,
  repeatedViolations,
  restViolations,
  settleInputs,
  unaskedViolations,
} from '#libs/core';
import type { AuditContext } from './audit-context.ts';
import { fingerprint } from './audit-sources.ts';
import { checkStates, type CheckedStates } from './check-states.ts';
import { HistoryReading, type NotChecked } from './history-reading.ts';
import { readRange } from './read-range.ts';

/** What one partition came to. */
export interface PartitionResult {
  readonly asked: number;
  readonly decided: number;
  readonly held: number;
  readonly duplicates: number;
  readonly rejected: ReadonlyMap<string, number>;
  readonly ignoredRecords: number;
  readonly openings: number;
  readonly deadLetters: number;
  readonly unattributed: number;
  readonly answers: ComparedAnswers;
  readonly states: CheckedStates;
  readonly notChecked: NotChecked;
  /** Up to which offset of its input the partition has settled everything. */
  readonly applied: number;
}

/** Audits one partition: its log from the first record on, its part of the input, its dead letters and its accounts. */
export async function auditPartition(partition: number, context: AuditContext): Promise<PartitionResult> {
  const { sources, tally, ledger, atRest, inputMarks } = context;
  const answers = context.answers?.get(partition) ?? [];
  const store = await sources.store.position(partition);
  const reading = new HistoryReading(partition, answers, store, context);
  await reading.read();
  const { history } = reading;

  tally.add(repeatedViolations(history));
  tally.add(orderViolations(partition, history.marks));
  const claims = context.storedEntities.map((stored) => stored?.claims[partition]);
  tally.add(claimViolations(history, claims, { atRest }));
  const input = { topic: sources.input.topic, low: inputMarks[partition]?.low ?? 0 };
  const settled = settleInputs(history, ledger, input);
  tally.add(settled.violations);
  const unasked = unaskedViolations(history, settled.asked, {
    answered: context.answers === null ? null : new Set(answers.map(askedKey)),
    inputTrimmed: inputMarks.some(({ low }) => low > 0),
  });
  tally.add(unasked.violations);
  const { fingerprints } = reading;
  const compared = answerViolations(answers, { history, ledger, fingerprints });
  tally.add(compared.violations);

  const logged = inputPositions(history.marks);
  const applied = (atRest ? store.input : logged).get(input.topic) ?? 0;
  const deadLetters = await readDeadLetters(partition, context);
  const letters = { applied: atRest ? store.input : logged, logTopic: sources.decisions.topic, atRest };
  tally.add(deadLetterViolations(history, deadLetters, letters));
  const ends = new Map([[input.topic, inputMarks[partition]?.high ?? 0]]);
  if (atRest) tally.add(restViolations(partition, { store, log: history.position, ends }));
  tally.add(positionViolations(partition, { logged, stored: store.input, ends: atRest ? ends : new Map() }));
  const states = await checkStates(history, sources.store, context);
  return {
    asked: askedTransactions(partition, ledger, answers),
    decided: history.decisions.filter(({ what }) => what === 'decided').length,
    held: history.decisions.filter(({ outcome }) => outcome === 'hold').length,
    duplicates: settled.duplicates,
    rejected: countBy(history.rejections.map(({ reason }) => reason)),
    ignoredRecords: history.ignoredRecords,
    openings: history.marks.filter(({ kind }) => kind === 'open').length,
    deadLetters: deadLetters.length,
    unattributed: unasked.unattributed,
    answers: compared,
    states,
    notChecked: reading.notChecked,
    applied,
  };
}

async function readDeadLetters(partition: number, { sources, stopSignal }: AuditContext): Promise<DeadLetterFact[]> {
  const { low, high } = await sources.deadLetters.watermarks(partition);
  const facts: DeadLetterFact[] = [];
  for await (const { records } of readRange(sources.deadLetters, partition, { from: low, to: high, stopSignal })) {
    for (const { headers, key, value } of records) {
      facts.push({
        topic: headers['dlq.topic'] ?? '',
        partition: Number(headers['dlq.partition']),
        offset: Number(headers['dlq.offset']),
        reason: headers['dlq.reason'] ?? '',
        fingerprint: fingerprint({ key, value }),
      });
    }
  }
  return facts;
}

/** Different transactions (identity and content) that partition has to decide. */
function askedTransactions(partition: number, ledger: InputLedger, answers: readonly AnswerFact[]): number {
  const keys = new Set(answers.map(askedKey));
  for (const row of ledger.targeting(partition)) {
    const { content } = ledger.record(row);
    if (typeof content !== 'string') keys.add(askedKey({ identity: content.identity, content: content.hash }));
  }
  return keys.size;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
