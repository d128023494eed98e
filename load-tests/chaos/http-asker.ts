import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer is waited for; asking again with the same id is safe. */
const ANSWER_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const GIVE_UP_MS = 240_000;
const CONCURRENCY = 24;
/** Asked again until it is another; everything else is final. */
const TRY_AGAIN = new Set([429, 503]);
/** The final answers of the contract to what is sent here. */
const EXPECTED = new Set([200, 400, 409, 413, 422]);

/** A body to be asked about. */
export interface Question {
  readonly body: Uint8Array;
  /** That decides it; null when the body is no transaction. */
  readonly partition: number | null;
}

export interface Asked {
  readonly answered: number;
  readonly tries: number;
  readonly by_status: Readonly<Record<string, number>>;
  /** Final answers that the contract does not know, the first few as text. */
  readonly unexpected: readonly string[];
}

/** A decision that was given with `ack=state`; times by `performance.now()`. */
export interface Answered {
  readonly partition: number;
  /** When the try began that was answered. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * Asks the HTTP door for decisions, a number of requests at a time, each until it has a final answer, and writes down what was asked and answered: the
 * senders' own record, against which the audit holds the log.
 */
export class HttpAsker {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #record: WriteStream;
  readonly #signal: AbortSignal | undefined;
  readonly #onAnswer: ((answered: Answered) => void) | undefined;
  readonly #byStatus: Record<string, number> = {};
  readonly #unexpected: string[] = [];
  #questions: Question[] = [];
  #running = new Set<Promise<void>>();
  #failure: Error | null = null;
  #answered = 0;
  #tries = 0;
  #turn = 0;

  constructor(
    door: { readonly httpUrl: string; readonly apiKey: string },
    recordFile: string,
    hooks: { readonly signal?: AbortSignal; readonly onAnswer?: (answered: Answered) => void } = {},
  ) {
    this.#url = `${door.httpUrl}/v1/decisions`;
    this.#apiKey = door.apiKey;
    this.#record = createWriteStream(recordFile);
    this.#signal = hooks.signal;
    this.#onAnswer = hooks.onAnswer;
  }

  /** Questions that nobody has begun to ask. */
  get waiting(): number {
    return this.#questions.length;
  }

  /** Throws what broke it. */
  add(question: Question): void {
    if (this.#failure !== null) throw this.#failure;
    this.#questions.push(question);
    if (this.#running.size >= CONCURRENCY) return;
    const running = this.#askInTurn()
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when every question has its final answer, with the record complete. */
  async finish(): Promise<Asked> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#record.end();
    await finished(this.#record);
    if (this.#failure !== null) throw this.#failure;
    const { length } = this.#unexpected;
    const unexpected = this.#unexpected.slice(0, 10).concat(length > 10 ? [`and ${length - 10} more`] : []);
    return { answered: this.#answered, tries: this.#tries, by_status: this.#byStatus, unexpected };
  }

  async #askInTurn(): Promise<void> {
    for (let next = this.#questions.shift(); next !== undefined; next = this.#questions.shift()) await this.#ask(next);
  }

  async #ask({ body, partition }: Question): Promise<void> {
    const ack = ['state', 'log'][this.#turn++ % 2] as string;
    const giveUpAt = performance.now() + GIVE_UP_MS;
    while (this.#signal?.aborted !== true) {
      this.#tries += 1;
      const askedAt = performance.now();
      const answer = await this.#post(body, ack);
      if (answer === null || TRY_AGAIN.has(answer.status)) {
        if (performance.now() > giveUpAt) throw new Error(`No answer within ${GIVE_UP_MS} ms to ${String(body)}`);
        await sleep(RETRY_MS * (0.5 + Math.random()));
        continue;
      }
      if (answer.status === 200 && ack === 'state' && partition !== null) {
        this.#onAnswer?.({ partition, askedAt, answeredAt: performance.now() });
      }
      return this.#note(body, ack, answer);
    }
  }

  async #note(body: Uint8Array, ack: string, answer: { status: number; text: string }): Promise<void> {
    const { status, text } = answer;
    this.#answered += 1;
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1;
    if (!EXPECTED.has(status)) this.#unexpected.push(`${status} ${text.slice(0, 300)}`);
    const transaction = parse(Buffer.from(body).toString());
    // What is no JSON cannot have been decided, and has no line in the record.
    if (transaction === undefined) return;
    const line = JSON.stringify({ transaction, status, ack, answer: parse(text) ?? null });
    if (!this.#record.write(`${line}\n`)) await new Promise<void>((resolve) => this.#record.once('drain', resolve));
  }

  /** null when the connection failed: the transaction may be decided or not. */
  async #post(body: Uint8Array, ack: string): Promise<{ status: number; text: string } | null> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#apiKey}`,
          'content-type': 'application/json',
          'x-deadline-ms': '2000',
          prefer: `ack=${ack}`,
        },
        body: Buffer.from(body),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
