import {
  type AnswerFact,
  type HistoryStep,
  identityKey,
  InvalidMessage,
  LogDiverged,
  type LogRecord,
  PartitionHistory,
  refusalViolations,
  rulingViolations,
  type StorePosition,
  TransientFault,
  vectorViolations,
} from '#libs/core';
import type { AuditContext } from './audit-context.ts';
import { fingerprint } from './audit-sources.ts';
import { ModelCheck } from './model-check.ts';
import { decisionFingerprint } from './read-answers.ts';
import { readRange } from './read-range.ts';

/** Decisions that could not be checked in one respect, by which. */
export type NotChecked = Readonly<Record<'vectors' | 'rulings' | 'probabilities', number>>;

/** The log of one partition, with what is checked event by event. */
export class HistoryReading {
  readonly history: PartitionHistory;
  /** Of the decisions that somebody asked for over HTTP. */
  readonly fingerprints = new Map<string, string>();
  readonly #context: AuditContext;
  readonly #asked: ReadonlySet<string>;
  readonly #model: ModelCheck;
  readonly #partitionFloorMs: number | null;
  #allowedLatenessMs = Infinity;
  #otherFeatures = 0;
  #otherPolicies = 0;

  constructor(partition: number, answers: readonly AnswerFact[], store: StorePosition, context: AuditContext) {
    const { parser, hasher, codec, models } = context.sources;
    this.#context = context;
    this.#asked = new Set(answers.map(({ identity }) => identityKey(identity)));
    this.#model = new ModelCheck(partition, models, context.tally);
    this.#partitionFloorMs = store.floorMs;
    const readTransaction = (value: Uint8Array | null) => {
      const parsed = parser.parse(value);
      return parsed.ok ? parsed.transaction : null;
    };
    this.history = new PartitionHistory(partition, { codec, hasher, readTransaction, fingerprint });
  }

  get notChecked(): NotChecked {
    return { vectors: this.#otherFeatures, rulings: this.#otherPolicies, probabilities: this.#model.notChecked };
  }

  /** Reads to the end, or to the first valid record that cannot be read or cannot be. */
  async read(): Promise<void> {
    const { sources, logMarks, stopSignal, onProgress } = this.#context;
    const { partition } = this.history;
    const range = { from: 0, to: logMarks[partition]?.high ?? 0, stopSignal };
    for await (const { records, nextOffset } of readRange(sources.decisions, partition, range)) {
      for (const record of records) if (!(await this.#accept(record))) return;
      this.history.skipTo(nextOffset);
      onProgress(records.length);
    }
    await this.#model.flush();
  }

  async #accept(record: LogRecord): Promise<boolean> {
    let step: HistoryStep | null;
    try {
      step = this.history.accept(record);
    } catch (error) {
      const isKnown = [LogDiverged, InvalidMessage, TransientFault].some((type) => error instanceof type);
      if (!isKnown || !(error instanceof Error)) throw error;
      const code = error instanceof LogDiverged ? 'log_diverged' : 'event_unreadable';
      const detail = `${error.message}; nothing behind it was checked`;
      const { partition } = this.history;
      this.#context.tally.add([{ invariant: 'I5', code, partition, offset: record.offset, detail }]);
      return false;
    }
    this.#learn(step);
    if (step?.kind === 'decided') await this.#checkDecision(step);
    if (step?.kind === 'rejected') this.#checkRefusal(step);
    return true;
  }

  #learn(step: HistoryStep | null): void {
    if (step === null || step.kind === 'rejected') return;
    this.#context.entities.learn(step.kind === 'decided' ? step.made : step.recorded, step);
  }

  async #checkDecision(step: Extract<HistoryStep, { kind: 'decided' }>): Promise<void> {
    const { sources, tally } = this.#context;
    const { seq, offset, partition, made, event } = step;
    const { decision } = made;
    this.#allowedLatenessMs = Math.min(this.#allowedLatenessMs, made.reducer.allowedLatenessMs);
    if (decision.featureSet === sources.featureSet) tally.add(vectorViolations(step));
    else this.#otherFeatures += 1;
    const placed = { seq, offset, decision };
    if (decision.policyVersion === sources.policy.version)
      tally.add(rulingViolations(partition, placed, sources.policy));
    else this.#otherPolicies += 1;
    await this.#model.add(placed);
    const key = identityKey(event.identity);
    if (this.#asked.has(key) && !this.fingerprints.has(key)) this.fingerprints.set(key, decisionFingerprint(decision));
  }

  #checkRefusal(step: Extract<HistoryStep, { kind: 'rejected' }>): void {
    const { sources, tally } = this.#context;
    const { partitions, input } = sources;
    const rules = { partitions, topic: input.topic, partitionFloorMs: this.#partitionFloorMs };
    tally.add(refusalViolations(step, { ...rules, allowedLatenessMs: this.#allowedLatenessMs }));
  }
}
