import { setTimeout as sleep } from 'node:timers/promises';
import type { RawRecord } from '#libs/simulator';

const RETRY_MS = 250;
const TRIES = 40;
const DEADLINE_MS = 2_000;

/** What a request came to: an answer of the contract, or none after many tries. */
export type HttpOutcome = { readonly status: number } | { readonly fault: string };

/** Asks the HTTP door for decisions. A caller as the contract has it: after 503 or a broken connection it asks the same again. */
export class HttpSender {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  sent = 0;

  constructor(httpUrl: string, apiKey: string) {
    this.#url = `${httpUrl}/v1/decisions`;
    this.#apiKey = apiKey;
  }

  /** Sends without waiting; `done` hears of the outcome. */
  add({ value }: RawRecord, done: (outcome: HttpOutcome) => void): void {
    this.sent += 1;
    const asking = async (): Promise<void> => done(await this.#ask(value ?? new Uint8Array(0)));
    const request = asking().finally(() => this.#inFlight.delete(request));
    this.#inFlight.add(request);
  }

  /** Resolves when every request is answered. */
  async flush(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  /** Gives up what is not answered yet. */
  close(): void {
    this.#stop.abort();
  }

  async #ask(body: Uint8Array): Promise<HttpOutcome> {
    let last = 'stopped';
    for (let tries = 0; tries < TRIES && !this.#stop.signal.aborted; tries += 1) {
      if (tries > 0) await sleep(RETRY_MS);
      try {
        const status = await this.#post(body);
        if (status !== 503) return { status };
        last = 'answered 503 each time';
      } catch (error) {
        last = describe(error);
      }
    }
    return { fault: last };
  }

  async #post(body: Uint8Array): Promise<number> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        'content-type': 'application/json',
        'x-deadline-ms': String(DEADLINE_MS),
      },
      body: Buffer.from(body),
      signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(2 * DEADLINE_MS)]),
    });
    await response.arrayBuffer();
    return response.status;
  }
}

/** `fetch` says only that it failed, and why in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
