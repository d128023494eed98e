import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateSystem } from '../../deploy/local/private-system.ts';

/** An answer to one request; times are those of `performance.now()`. */
export interface OpenLoopAnswer {
  /** When it should have been sent. */
  readonly dueAt: number;
  /** From then to the end of the answer. */
  readonly latencyMs: number;
  /** 0 when the connection failed. */
  readonly status: number;
  /** The header that it was sent with. */
  readonly prefer: string;
}

/** Requests that are sent when they are due, whatever becomes of those before. */
export interface OpenLoop {
  /** Sends no more; resolves when all are answered. */
  stop(): Promise<void>;
  /** Resolves when all bodies are sent and answered, or it was stopped. */
  readonly done: Promise<readonly OpenLoopAnswer[]>;
}

/** Asks for decisions at a constant rate. `prefer` says the n-th request's header. */
export function openLoop(
  { httpUrl, apiKey }: Pick<PrivateSystem, 'httpUrl' | 'apiKey'>,
  bodies: readonly Buffer[],
  { ratePerSecond, prefer = () => 'ack=state' }: { ratePerSecond: number; prefer?: (n: number) => string },
): OpenLoop {
  let isStopped = false;
  const startedAt = performance.now();
  const ask = async (body: Buffer, n: number): Promise<OpenLoopAnswer> => {
    const dueAt = startedAt + (1_000 * n) / ratePerSecond;
    const how = prefer(n);
    const status = await post(`${httpUrl}/v1/decisions`, { apiKey, body, prefer: how }).catch(() => 0);
    return { dueAt, latencyMs: performance.now() - dueAt, status, prefer: how };
  };
  const send = async (): Promise<readonly OpenLoopAnswer[]> => {
    const answers: Promise<OpenLoopAnswer>[] = [];
    for (const [n, body] of bodies.entries()) {
      await sleep(Math.max(0, startedAt + (1_000 * n) / ratePerSecond - performance.now()));
      if (isStopped) break;
      answers.push(ask(body, n));
    }
    return Promise.all(answers);
  };
  const done = send();
  return {
    done,
    stop: async () => {
      isStopped = true;
      await done;
    },
  };
}

async function post(url: string, { apiKey, body, prefer }: { apiKey: string; body: Buffer; prefer: string }) {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    'x-deadline-ms': '10000',
    prefer,
  };
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  await response.arrayBuffer();
  return response.status;
}
