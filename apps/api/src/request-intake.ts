import type { DecisionDetails } from '#libs/adapters';
import type { LabelParser, TransactionParser } from '#libs/contracts';
import { partitionOf, type Clock, type RequestItem, type RequestResult } from '#libs/core';
import type { Metrics, Span, Tracing } from '#libs/platform';
import { problemAnswer, unavailableAnswer } from './answers.ts';
import { countBatch } from './count-batch.ts';
import type { Answer, Request } from './http-types.ts';
import { MicroBatcher } from './micro-batcher.ts';
import { PublicationWatch } from './publication-watch.ts';
import { ReplicaWatch } from './replica-watch.ts';
import { readRequestOptions, type RequestOptions } from './request-options.ts';
import type { Scorer } from './scorer.ts';
import { traceBatch } from './trace-batch.ts';

/** Bounds of the door, as configured. */
export interface IntakeLimits {
  readonly defaultDeadlineMs: number;
  readonly maxDeadlineMs: number;
  /** Kept of every deadline for writing the answer. */
  readonly deadlineMarginMs: number;
  readonly maxWaitingRequests: number;
  readonly batchMaxTransactions: number;
}

export interface IntakeOptions {
  readonly scorer: Scorer;
  readonly details: DecisionDetails;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The number of partitions that the state was opened with. */
  readonly partitions: number;
  readonly limits: IntakeLimits;
}

/** What a request asks for, when it came (monotonic), and the span that it is in. */
export interface Asked {
  readonly item: RequestItem;
  readonly receivedMs: number;
  readonly span: Span | null;
}

/** What became of a request that was worked on. */
export type Done = Extract<RequestResult, { status: 'done' }>;

/** Why a body is nothing that could be asked for. */
type Unreadable = { readonly ok: false } & Pick<
  Extract<ReturnType<TransactionParser['parse']> | ReturnType<LabelParser['parse']>, { ok: false }>,
  'reason' | 'fields'
>;

/** What a body asks for, and what its sender is told of what became of it; `receivedMs` is when it came. */
export interface AskedBody {
  readonly item: RequestItem;
  readonly toAnswer: (done: Done, receivedMs: number) => Answer | Promise<Answer>;
}

/** Commits what requests ask for, several in one commit, and waits until it is as safe as the caller wants. The same for every kind of request. */
export class RequestIntake {
  readonly #options: IntakeOptions;
  readonly #batcher: MicroBatcher<Asked, RequestResult>;
  readonly #publications: PublicationWatch;
  readonly #replicas: ReplicaWatch;

  constructor(options: IntakeOptions) {
    const { scorer, clock, limits } = options;
    this.#options = options;
    this.#publications = new PublicationWatch(scorer, clock);
    this.#replicas = new ReplicaWatch(scorer, clock);
    this.#batcher = new MicroBatcher({
      run: (partition, asked, deadlineMs) => this.#workOff(partition, asked, deadlineMs),
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

  /** Reads a request's body, and works on what it asks for by the headers that it came with. */
  async answer<Body extends object>(
    { body, headers, span = null }: Pick<Request, 'body' | 'headers' | 'span'>,
    parser: { parse(bytes: Uint8Array | null): ({ readonly ok: true } & Body) | Unreadable },
    ask: (read: Body) => AskedBody,
  ): Promise<Answer> {
    const { clock, metrics, limits } = this.#options;
    const receivedMs = clock.monotonicMs();
    const parsed = parser.parse(body instanceof Uint8Array ? body : null);
    if (!parsed.ok) {
      metrics.add('rejected', 1, { door: 'http', reason: parsed.reason });
      return problemAnswer(parsed.reason, { fields: parsed.fields });
    }
    const { item, toAnswer } = ask(parsed);
    const asked = { item, receivedMs, span };
    const read = readRequestOptions(headers, limits);
    if (!read.ok) return problemAnswer('malformed', { detail: 'A header cannot be read.', fields: read.fields });
    const { ack, ackAsked } = read.value;
    if (ack === 'replica' && !this.#replicas.hopeful) return unavailableAnswer('no_replica');
    const result = await this.#settle(asked, read.value);
    if (result.status === 'unavailable') return unavailableAnswer(result.reason);
    const answer = await toAnswer(result, receivedMs);
    if (!ackAsked || answer.status >= 300) return answer;
    return { ...answer, headers: { ...answer.headers, 'preference-applied': `ack=${ack}` } };
  }

  async #settle(asked: Asked, { deadlineMs, ack }: RequestOptions): Promise<RequestResult> {
    const { limits, partitions } = this.#options;
    const { item, receivedMs } = asked;
    const { accountId } = item.kind === 'label' ? item.label : item.transaction;
    const partition = partitionOf(accountId, partitions);
    const untilMs = receivedMs + Math.max(1, deadlineMs - limits.deadlineMarginMs);
    for (;;) {
      const submitted = await this.#batcher.submit(partition, asked, untilMs);
      if (submitted.status !== 'done') return { status: 'unavailable', reason: submitted.status };
      const done = submitted.result;
      if (done.status === 'unavailable' || done.result.kind === 'from_the_future') return done;
      if (ack === 'replica' && !(await this.#replicas.wait(untilMs))) return unavailable('not_replicated');
      if (ack === 'log') {
        const publication = await this.#publications.wait(partition, placeOf(done), untilMs);
        if (publication === 'late') return unavailable('not_published');
        if (publication === 'changed') continue;
      }
      return done;
    }
  }

  async #workOff(partition: number, asked: readonly Asked[], deadlineMs: number): Promise<readonly RequestResult[]> {
    const { scorer, details, metrics, tracing, clock } = this.#options;
    const items = asked.map(({ item }) => item);
    const spans = asked.map(({ span }) => span);
    const results = await traceBatch(tracing, { partition, spans }, () =>
      scorer.decide({ partition, items, deadlineMs }),
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

function unavailable(reason: string): RequestResult {
  return { status: 'unavailable', reason };
}

/**
 * What `ack=log` waits for: the event's own place; for a duplicate or a conflict that of the first one, which the answer speaks of; else, or where that is
 * no longer known, one that is not before anything that the answer was made from.
 */
function placeOf({ result, home, lastSeq }: Done): { readonly home: string; readonly seq: number } {
  if (result.kind === 'decided' || result.kind === 'recorded') return { home, seq: result.seq };
  const hasFirst = result.kind === 'duplicate' || result.kind === 'conflict';
  return { home, seq: hasFirst ? (result.first.seq ?? lastSeq) : lastSeq };
}
