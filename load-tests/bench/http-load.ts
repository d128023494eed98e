import { Agent, request } from 'node:http';
import { describeAnswers, type HttpLatencies } from './latencies.ts';

/** Asks for `bodies` over `connections` kept alive, each the next one as soon as it is answered: as much as the door takes. */
export async function saturate(
  url: string,
  apiKey: string,
  { bodies, connections }: { bodies: readonly Buffer[]; connections: number },
): Promise<HttpLatencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: { latencyMs: number; status: number }[] = [];
  let next = 0;
  const askInTurn = async (): Promise<void> => {
    for (let i = next++; i < bodies.length; i = next++) {
      const startedAt = performance.now();
      const status = await post(url, apiKey, { body: bodies[i] as Buffer, agent });
      answers.push({ latencyMs: performance.now() - startedAt, status });
    }
  };
  await Promise.all(Array.from({ length: connections }, askInTurn));
  agent.destroy();
  return describeAnswers(answers);
}

function post(url: string, apiKey: string, { body, agent }: { body: Buffer; agent: Agent }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'content-length': body.length,
      'x-deadline-ms': '5000',
    };
    const sent = request(`${url}/v1/decisions`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
