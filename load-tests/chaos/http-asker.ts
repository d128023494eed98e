import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer is waited for; asking again with the same id is safe. */
const ANSWER_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const TRIES = 400;
/** Retried until it is another; everything else is final. */
const TRY_AGAIN = new Set([429, 503]);

export interface Asked {
  readonly answered: number;
  readonly tries: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/**
 * Asks the HTTP door for decisions, a number of requests at a time, each until it has a final answer, and writes down what was asked and answered: the
 * senders' own record, against which the audit holds the log.
 */
export class HttpAsker {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #record: WriteStream;
  readonly #byStatus: Record<string, number> = {};
  #answered = 0;
  #tries = 0;
  #turn = 0;

  constructor(httpUrl: string, apiKey: string, recordFile: string) {
    this.#url = `${httpUrl}/v1/decisions`;
    this.#apiKey = apiKey;
    this.#record = createWriteStream(recordFile);
  }

  get answered(): number {
    return this.#answered;
  }

  /** Asks for all of `lines` (a transaction each, as JSON), `concurrency` at a time, about `ratePerSecond` in all. */
  async askAll(
    lines: AsyncIterable<string>,
    { concurrency, ratePerSecond }: { concurrency: number; ratePerSecond: number },
  ): Promise<Asked> {
    const iterator = lines[Symbol.asyncIterator]();
    const pauseMs = (1_000 * concurrency) / ratePerSecond;
    const askInTurn = async (): Promise<void> => {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        const startedAt = performance.now();
        await this.#ask(next.value);
        await sleep(Math.max(0, pauseMs - (performance.now() - startedAt)));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, askInTurn));
    this.#record.end();
    await finished(this.#record);
    return { answered: this.#answered, tries: this.#tries, byStatus: this.#byStatus };
  }

  async #ask(line: string): Promise<void> {
    const ack = ['state', 'log'][this.#turn++ % 2] as string;
    for (let tries = 0; tries < TRIES; tries++) {
      this.#tries += 1;
      const answer = await this.#post(line, ack);
      if (answer === null || TRY_AGAIN.has(answer.status)) {
        await sleep(RETRY_MS * (0.5 + Math.random()));
        continue;
      }
      this.#answered += 1;
      this.#byStatus[answer.status] = (this.#byStatus[answer.status] ?? 0) + 1;
      const entry = { transaction: JSON.parse(line) as unknown, status: answer.status, ack, answer: answer.body };
      if (!this.#record.write(`${JSON.stringify(entry)}\n`))
        await new Promise<void>((resolve) => void this.#record.once('drain', resolve));
      return;
    }
    throw new Error(`No answer after ${TRIES} tries: ${line}`);
  }

  /** null when the connection failed: the transaction may be decided or not. */
  async #post(line: string, ack: string): Promise<{ status: number; body: unknown } | null> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#apiKey}`,
          'content-type': 'application/json',
          'x-deadline-ms': '2000',
          prefer: `ack=${ack}`,
        },
        body: line,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return null;
    }
  }
}
