import { createHash } from 'node:crypto';
import { parseWireTime, toDecisionBody } from '#libs/contracts';
import { accountEventOf, type AnswerFact, type Decision, partitionOf } from '#libs/core';
import { CommandFailed } from '../failures.ts';
import { readLines } from '../files/read-lines.ts';
import type { AuditSources } from './audit-sources.ts';

/** A transaction that was asked over HTTP, and what was answered: status 0 and null when nothing was. */
export interface AskedTransaction extends Pick<AnswerFact, 'status' | 'ack'> {
  readonly transaction: unknown;
  readonly answer: unknown;
}

/** What HTTP senders asked and were answered, by the partition that decides it. */
export class AskedTransactions {
  readonly byPartition = new Map<number, AnswerFact[]>();
  readonly #sources: Pick<AuditSources, 'parser' | 'hasher' | 'partitions'>;
  #lines = 0;
  #invalid = 0;

  constructor(sources: Pick<AuditSources, 'parser' | 'hasher' | 'partitions'>) {
    this.#sources = sources;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Those whose transaction is none: they can have no decision. */
  get invalid(): number {
    return this.#invalid;
  }

  add({ transaction: wire, status, ack, answer }: AskedTransaction): void {
    const { parser, hasher, partitions } = this.#sources;
    this.#lines += 1;
    const parsed = parser.parseObject(wire);
    if (!parsed.ok) {
      this.#invalid += 1;
      return;
    }
    const { accountId, transactionId } = parsed.transaction;
    const { identity, content } = accountEventOf(parsed.transaction, hasher);
    const partition = partitionOf(accountId, partitions);
    const facts = this.byPartition.get(partition) ?? [];
    facts.push({ identity, content, accountId, transactionId, status, ack, answer: answerOf(status, answer) });
    this.byPartition.set(partition, facts);
  }
}

const SHAPE = 'Each line is to be {"transaction":{…},"status":200,"answer":{…},"ack":"state"}.';

/** A line as a sender writes it: `{ "transaction": {…}, "status": 200, "answer": {…}, "ack": "state" }`. */
interface AskedLine {
  readonly transaction?: unknown;
  readonly status?: unknown;
  readonly answer?: unknown;
  readonly ack?: unknown;
}

/** Reads the senders' record. Throws `CommandFailed` for a line that is none of theirs. */
export async function readAnswers(path: string, sources: AuditSources): Promise<AskedTransactions> {
  const asked = new AskedTransactions(sources);
  for await (const block of readLines(path)) {
    for (const text of block) {
      const place = `${path}, line ${asked.lines + 1}`;
      asked.add(parseLine(Buffer.from(text, 'latin1').toString('utf8'), place));
    }
  }
  return asked;
}

function parseLine(text: string, place: string): AskedTransaction {
  let line: AskedLine | null;
  try {
    line = JSON.parse(text) as AskedLine | null;
  } catch {
    throw new CommandFailed(`${place} is not JSON. ${SHAPE}`);
  }
  const { transaction, status = 0, answer = null, ack = 'state' } = line ?? {};
  if (transaction === undefined) throw new CommandFailed(`${place} has no transaction. ${SHAPE}`);
  if (typeof status !== 'number' || (ack !== 'state' && ack !== 'replica' && ack !== 'log')) {
    throw new CommandFailed(`${place}: status is to be a number (0 for no answer), ack state, replica or log.`);
  }
  return { transaction, status, answer, ack };
}

function answerOf(status: number, body: unknown): AnswerFact['answer'] {
  if (status !== 200 || typeof body !== 'object' || body === null) return null;
  const { decision, risk_score, evaluation, decided_at, detail, status: receipt } = body as Record<string, unknown>;
  // A reversal or refund is kept as an approval without a score, and its receipt says nothing of that.
  const isReceipt = receipt === 'recorded';
  return {
    evaluation: evaluation === 'duplicate' || evaluation === 'provisional' ? evaluation : 'new',
    outcome: decision === 'approve' || isReceipt ? 'approve' : 'hold',
    riskScore: typeof risk_score === 'number' ? risk_score : null,
    fingerprint: detail === 'expired' || isReceipt ? null : bodyFingerprint(body),
    decidedAtMs: typeof decided_at === 'string' ? parseWireTime(decided_at) : null,
  };
}

/** The fingerprint that an answer with this decision must have. */
export function decisionFingerprint(decision: Decision): string {
  return bodyFingerprint(JSON.parse(JSON.stringify(toDecisionBody(decision, { evaluation: 'new' }))) as object);
}

/** Of everything in an answer but what may differ between two answers of one decision. */
function bodyFingerprint(body: object): string {
  const { evaluation: _, timings_ms: __, ...same } = body as Record<string, unknown>;
  return createHash('sha256').update(canonical(same)).digest('base64url').slice(0, 16);
}

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
