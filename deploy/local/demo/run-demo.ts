import { relative } from 'node:path';
import type { Holdfast } from '../holdfast-processes.ts';
import { DecisionFollower } from './decision-follower.ts';
import { HttpSender } from './http-sender.ts';
import { KafkaSender } from './kafka-sender.ts';
import { type LoadedHistory, loadHistory } from './load-history.ts';
import { runLive } from './live-run.ts';
import type { PreparedTopics } from '../prepare-topics.ts';
import type { Screen } from './screen.ts';
import { picture, plainLine, type Seen } from './summary.ts';
import { Tally } from './tally.ts';
import { type Totals, totalsOf } from './totals.ts';
import { demoHistory, demoTraffic } from './traffic.ts';
import { curlLine } from './try-it.ts';
import type { DemoWorld } from './world-file.ts';

export interface DemoRun {
  readonly holdfast: Holdfast;
  readonly kafkaBrokers: string;
  readonly topics: PreparedTopics;
  readonly world: DemoWorld;
  readonly ratePerSecond: number;
  readonly forSeconds: number | undefined;
  /** When the whole start began, of `performance.now()`. */
  readonly startedAt: number;
  readonly screen: Screen;
  /** Ends the stream, after which what is under way is waited for. */
  readonly signal: AbortSignal;
  /** Something that no repetition mends. */
  readonly onBroken: (error: unknown) => void;
}

/** Loads a history if there is nothing yet, then runs the live stream and shows what becomes of it. The service runs. */
export async function runDemo(run: DemoRun): Promise<Totals> {
  const { holdfast, topics, screen, signal, onBroken } = run;
  const cluster = { brokers: run.kafkaBrokers.split(','), partitions: topics.partitions };
  const follower = new DecisionFollower({ ...cluster, topic: topics.names.decisions });
  const kafka = new KafkaSender({ ...cluster, topic: topics.names.transactions }, onBroken);
  const http = new HttpSender(holdfast.httpUrl, holdfast.apiKey);
  const tally = new Tally();
  let ofHistory = 0;
  let live = false;
  try {
    await follower.start((event) => {
      if (live) tally.readBack(event, Date.now());
      else ofHistory += 1;
    }, onBroken);
    const history = topics.empty ? await sendHistory(run, kafka, () => ofHistory) : null;
    const startSeconds = (performance.now() - run.startedAt) / 1_000;
    live = true;
    sayHowToTry(run, startSeconds);
    const liveFrom = performance.now();
    const seconds = (): number => (performance.now() - liveFrom) / 1_000;
    const sentBefore = kafka.sent;
    const counts = await runLive({
      traffic: demoTraffic(run.world, { startMs: Date.now(), ratePerSecond: run.ratePerSecond }),
      kafka,
      http,
      tally,
      adminUrls: Object.values(holdfast.adminUrls),
      onSecond: (seen) => show(screen, { tally, counts: seen, seconds: seconds(), nowMs: Date.now() }),
      end: endOf(run),
      hurry: signal,
    });
    const sent = { kafka: kafka.sent - sentBefore, http: http.sent };
    return totalsOf({ tally, counts, sent, seconds: seconds(), startSeconds, history, interrupted: signal.aborted });
  } finally {
    http.close();
    await kafka.close();
    await follower.stop();
  }
}

function endOf({ signal, forSeconds }: DemoRun): AbortSignal {
  return forSeconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(forSeconds * 1_000)]);
}

function show(screen: Screen, seen: Seen): void {
  screen.show(picture(seen), plainLine(seen));
}

async function sendHistory(run: DemoRun, kafka: KafkaSender, settled: () => number): Promise<LoadedHistory> {
  const { world, screen, signal } = run;
  screen.say(`history: simulating ${world.days} days of ${world.accounts} accounts, and having it decided`);
  const loaded = await loadHistory(demoHistory(world, Date.now()), { kafka, settled, signal }, screen.say);
  screen.say(`history: ${loaded.transactions} payments decided in ${loaded.seconds.toFixed(1)} s`);
  return loaded;
}

function sayHowToTry({ screen, holdfast, world, ratePerSecond }: DemoRun, startSeconds: number): void {
  const { httpUrl, apiKey, adminUrls, api, worker } = holdfast;
  const accountId = `acct-${world.accounts > 7 ? 7 : 0}`;
  screen.say(
    [
      '',
      `Holdfast is running, ${startSeconds.toFixed(1)} s after its start, on ${ratePerSecond} simulated payments a second.`,
      `  HTTP     ${httpUrl}/v1/decisions   key ${apiKey}`,
      `  metrics  ${adminUrls.api}/metrics   ${adminUrls.worker}/metrics`,
      `  logs     ${relative('', api.logFile)}   ${relative('', worker.logFile)}`,
      '  Ask for a decision yourself:',
      `    ${curlLine({ httpUrl, apiKey, accountId })}`,
      '',
    ].join('\n'),
  );
}
