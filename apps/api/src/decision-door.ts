import {
  toDecisionBody,
  toExpiredDecisionBody,
  type Evaluation,
  type TimingsDto,
  type TransactionParser,
} from '#libs/contracts';
import {
  assert,
  partitionOf,
  TransientFault,
  type Clock,
  type Decision,
  type RequestResult,
  type Transaction,
} from '#libs/core';
import type { Metrics, Span, Tracing } from '#libs/platform';
import { problemAnswer, unavailableAnswer } from './answers.ts';
import { countBatch } from './count-batch.ts';
import type { DecisionDetails } from '#libs/adapters';
import type { Answer, Request } from './http-types.ts';
import { MicroBatcher } from './micro-batcher.ts';
import { PublicationWatch } from './publication-watch.ts';
import { ReplicaWatch } from './replica-watch.ts';
import { readIdentity, readRequestOptions, type RequestOptions } from './request-options.ts';
import type { Scorer } from './scorer.ts';
import { traceBatch } from './trace-batch.ts';

/** Bounds of the door, as configured. */
export interface DoorLimits {
  readonly defaultDeadlineMs: number;
  readonly maxDeadlineMs: number;
  /** Kept of every deadline for writing the answer. */
  readonly deadlineMarginMs: number;
  readonly maxWaitingRequests: number;
  readonly batchMaxTransactions: number;
}

export interface DoorOptions {
  readonly scorer: Scorer;
  readonly details: DecisionDetails;
  readonly parser: TransactionParser;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The number of partitions that the state was opened with. */
  readonly partitions: number;
  readonly limits: DoorLimits;
}

interface Asked {
  readonly transaction: Transaction;
  readonly receivedMs: number;
  readonly span: Span | null;
}

type Done = Extract<RequestResult, { status: 'done' }>;

/** The HTTP door without HTTP: takes bytes, headers and parameters, gives answers. An answer is always one of the contract's. */
export class DecisionDoor {
  readonly #options: DoorOptions;
  readonly #batcher: MicroBatcher<Asked, RequestResult>;
  readonly #publications: PublicationWatch;
  readonly #replicas: ReplicaWatch;

  constructor(options: DoorOptions) {
    const { scorer, clock, limits } = options;
    this.#options = options;
    this.#publications = new PublicationWatch(scorer, clock);
    this.#replicas = new ReplicaWatch(scorer, clock);
    this.#batcher = new MicroBatcher({
      run: (partition, asked, deadlineMs) => this.#decideBatch(partition, asked, deadlineMs),
      clock,
      maxItems: limits.batchMaxTransactions,
      maxWaiting: limits.maxWaitingRequests,
    });
  }

  /** Requests that wait or are being worked on. */
  get waiting(): number {
    return this.#batcher.pending;
  }

  /** Resolves when everything that was taken in is answered and kept. */
  async drain(): Promise<void> {
    await this.#batcher.drain();
    await this.#options.details.drain();
  }

  /** Decides the transaction in `body`. */
  async decide({ body, headers, span = null }: Pick<Request, 'body' | 'headers' | 'span'>): Promise<Answer> {
    const { clock, limits, parser, metrics } = this.#options;
    const receivedMs = clock.monotonicMs();
    const parsed = parser.parse(body instanceof Uint8Array ? body : null);
    if (!parsed.ok) {
      metrics.add('rejected', 1, { door: 'http', reason: parsed.reason });
      return problemAnswer(parsed.reason, { fields: parsed.fields });
    }
    const read = readRequestOptions(headers, limits);
    if (!read.ok) return problemAnswer('malformed', { detail: 'A header cannot be read.', fields: read.fields });
    if (read.value.ack === 'replica' && !this.#replicas.hopeful) return unavailableAnswer('no_replica');
    const answer = await this.#decideTransaction({ transaction: parsed.transaction, receivedMs, span }, read.value);
    if (!read.value.ackAsked || answer.status !== 200) return answer;
    return { ...answer, headers: { ...answer.headers, 'preference-applied': `ack=${read.value.ack}` } };
  }

  /** Finds a decision again. */
  async find({ params, query }: Pick<Request, 'params' | 'query'>): Promise<Answer> {
    const { scorer, details, partitions } = this.#options;
    const read = readIdentity(params, query);
    if (!read.ok) return problemAnswer('malformed', { detail: 'A parameter cannot be read.', fields: read.fields });
    const identity = read.value;
    const partition = partitionOf(identity.accountId, partitions);
    try {
      const found = await scorer.find(partition, identity);
      if (found.status === 'closed') return unavailableAnswer('closed');
      if (found.status === 'unknown') return problemAnswer('not_found');
      const { verdict, content } = found;
      const decision = await details.find(partition, identity, { verdict, content });
      const body =
        decision === undefined
          ? toExpiredDecisionBody(identity, verdict)
          : toDecisionBody(decision, { evaluation: 'duplicate' });
      return { status: 200, headers: {}, body };
    } catch (error) {
      if (error instanceof TransientFault) return unavailableAnswer(error.code);
      throw error;
    }
  }

  async #decideTransaction(asked: Asked, { deadlineMs, ack }: RequestOptions): Promise<Answer> {
    const { limits, partitions } = this.#options;
    const partition = partitionOf(asked.transaction.accountId, partitions);
    const untilMs = asked.receivedMs + Math.max(1, deadlineMs - limits.deadlineMarginMs);
    for (;;) {
      const submitted = await this.#batcher.submit(partition, asked, untilMs);
      if (submitted.status !== 'done') return unavailableAnswer(submitted.status);
      const done = submitted.result;
      if (done.status === 'unavailable') return unavailableAnswer(done.reason);
      const { result } = done;
      if (result.kind === 'conflict') return problemAnswer('identity_conflict', { detail: UNCHANGED });
      if (result.kind === 'too_late' || result.kind === 'from_the_future') return problemAnswer(result.kind);
      assert(result.kind === 'decided' || result.kind === 'duplicate', 'a request is decided or refused');
      if (ack === 'replica' && !(await this.#replicas.wait(untilMs))) return unavailableAnswer('not_replicated');
      if (ack === 'log') {
        const publication = await this.#publications.wait(partition, placeOf(done), untilMs);
        if (publication === 'late') return unavailableAnswer('not_published');
        if (publication === 'changed') continue;
      }
      return this.#answer(partition, asked, done);
    }
  }

  async #answer(partition: number, { transaction, receivedMs }: Asked, { result, timings }: Done): Promise<Answer> {
    const { clock, details, scorer } = this.#options;
    const body = (decision: Decision, evaluation: Evaluation) => {
      const total = clock.monotonicMs() - receivedMs;
      return toDecisionBody(decision, { evaluation, timingsMs: rounded({ ...timings, total }) });
    };
    if (result.kind === 'decided') return { status: 200, headers: {}, body: body(result.decision, 'new') };
    assert(result.kind === 'duplicate', 'only decided transactions and duplicates are answered with a decision');
    const verdict = result.first;
    assert('outcome' in verdict, 'what was decided has an outcome');
    const first = await details.find(partition, transaction, { verdict, content: scorer.contentOf(transaction) });
    return {
      status: 200,
      headers: { 'idempotent-replayed': 'true' },
      body: first === undefined ? toExpiredDecisionBody(transaction, verdict) : body(first, 'duplicate'),
    };
  }

  async #decideBatch(
    partition: number,
    asked: readonly Asked[],
    deadlineMs: number,
  ): Promise<readonly RequestResult[]> {
    const { scorer, details, metrics, tracing, clock } = this.#options;
    const transactions = asked.map(({ transaction }) => transaction);
    const spans = asked.map(({ span }) => span);
    const results = await traceBatch(tracing, { partition, spans }, () =>
      scorer.decide({ partition, transactions, deadlineMs }),
    );
    const decided = results.flatMap((result) =>
      result.status === 'done' && result.result.kind === 'decided' ? [result.result] : [],
    );
    details.keep(
      partition,
      decided.map(({ decision, seq }) => ({ decision, seq, content: scorer.contentOf(decision.transaction) })),
    );
    const firstMs = Math.min(...asked.map(({ receivedMs }) => receivedMs));
    countBatch(metrics, results, clock.monotonicMs() - firstMs);
    return results;
  }
}

const UNCHANGED = 'The first decision stands.';

/** What `ack=log` waits for: the decision's own place, or, where it is no longer known, one that is not before it. */
function placeOf({ result, home, lastSeq }: Done): { readonly home: string; readonly seq: number } {
  if (result.kind === 'decided') return { home, seq: result.seq };
  return { home, seq: result.kind === 'duplicate' ? (result.first.seq ?? lastSeq) : lastSeq };
}

/** Milliseconds to the microsecond: more digits are noise. */
function rounded(timings: TimingsDto): TimingsDto {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const { state, features, model, commit, total } = timings;
  return {
    state: round(state),
    features: round(features),
    model: round(model),
    commit: round(commit),
    total: round(total),
  };
}
