import type { DecisionDetails } from '#libs/adapters';
import {
  toDecisionBody,
  toExpiredDecisionBody,
  toTransactionReceipt,
  type Evaluation,
  type TimingsDto,
  type TransactionParser,
} from '#libs/contracts';
import { assert, partitionOf, TransientFault, type Clock, type Decision, type Transaction } from '#libs/core';
import { problemAnswer, unavailableAnswer } from './answers.ts';
import type { Answer, Request } from './http-types.ts';
import type { Done, RequestIntake } from './request-intake.ts';
import { readIdentity } from './request-options.ts';
import type { Scorer } from './scorer.ts';

export interface DecisionDoorOptions {
  readonly intake: RequestIntake;
  readonly scorer: Scorer;
  readonly details: DecisionDetails;
  readonly parser: TransactionParser;
  readonly clock: Clock;
  /** The number of partitions that the state was opened with. */
  readonly partitions: number;
}

/** The HTTP door for transactions without HTTP: takes bytes, headers and parameters, gives answers. An answer is always one of the contract's. */
export class DecisionDoor {
  readonly #options: DecisionDoorOptions;

  constructor(options: DecisionDoorOptions) {
    this.#options = options;
  }

  /** Decides the transaction in `body`, or records it if it takes back an earlier one. */
  async decide(request: Pick<Request, 'body' | 'headers' | 'span'>): Promise<Answer> {
    const { intake, parser } = this.#options;
    return intake.answer(request, parser, ({ transaction }) => ({
      item: { kind: 'transaction', transaction, original: null },
      toAnswer: (done, receivedMs) => this.#answer(transaction, receivedMs, done),
    }));
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

  async #answer(transaction: Transaction, receivedMs: number, { result, timings }: Done): Promise<Answer> {
    const { clock, details, scorer, partitions } = this.#options;
    const body = (decision: Decision, evaluation: Evaluation) => {
      const total = clock.monotonicMs() - receivedMs;
      return toDecisionBody(decision, { evaluation, timingsMs: rounded({ ...timings, total }) });
    };
    if (result.kind === 'conflict') return problemAnswer('identity_conflict', { detail: UNCHANGED });
    if (result.kind === 'too_late' || result.kind === 'from_the_future') return problemAnswer(result.kind);
    if (result.kind === 'decided') return { status: 200, headers: {}, body: body(result.decision, 'new') };
    if (result.kind === 'recorded') {
      const receipt = toTransactionReceipt(transaction, { matched: result.matched, evaluation: 'new' });
      return { status: 200, headers: {}, body: receipt };
    }
    assert(result.kind === 'duplicate', 'a transaction is decided or recorded, or was, or is refused');
    const verdict = result.first;
    if ('matched' in verdict) {
      const receipt = toTransactionReceipt(transaction, { matched: verdict.matched, evaluation: 'duplicate' });
      return { status: 200, headers: { 'idempotent-replayed': 'true' }, body: receipt };
    }
    const entry = { verdict, content: scorer.contentOf(transaction) };
    const first = await details.find(partitionOf(transaction.accountId, partitions), transaction, entry);
    return {
      status: 200,
      headers: { 'idempotent-replayed': 'true' },
      body: first === undefined ? toExpiredDecisionBody(transaction, verdict) : body(first, 'duplicate'),
    };
  }
}

const UNCHANGED = 'The first decision stands.';

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
