import type { PrivateSystem } from '../../deploy/local/private-system.ts';
import { describeAnswers, type HttpLatencies } from './latencies.ts';
import { openLoop } from './open-loop.ts';

const RATE_PER_SECOND = 50;

/** What an answer costs in time, by what it waits for; milliseconds from the intended send. */
export type AckLatencies = Readonly<Record<string, HttpLatencies>>;

/** Asks at a low, constant rate, so that nothing queues: `ack=state` and `ack=log` in turn. */
export async function measureAcks(system: PrivateSystem, bodies: readonly Buffer[]): Promise<AckLatencies> {
  const acks = ['ack=state', 'ack=log'];
  const prefer = (n: number): string => acks[n % acks.length] as string;
  const answers = await openLoop(system, bodies, { ratePerSecond: RATE_PER_SECOND, prefer }).done;
  return Object.fromEntries(
    acks.map((ack) => [ack.slice(4), describeAnswers(answers.filter((answer) => answer.prefer === ack))]),
  );
}
