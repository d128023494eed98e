import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { localDir } from '../../deploy/local/cached-download.ts';
import { KafkaSender } from '../../deploy/local/demo/kafka-sender.ts';
import { type PrivateSystem, privateSystem } from '../../deploy/local/private-system.ts';
import { disturb, type RawRecord, simulate } from '#libs/simulator';

/** A system of one test file, in a folder of its own. */
export interface SystemUnderTest extends PrivateSystem {
  readonly dir: string;
  /** Stops the processes and deletes the folder. */
  remove(): Promise<void>;
}

/** Two processes that start on a busy machine. */
export const START_TIMEOUT_MS = 120_000;

const DAY_MS = 86_400_000;

/** Starts worker and api over the services of this test run, or over others. `name` is the folder's. */
export async function startSystem(
  name: string,
  options: { redisUrl?: string; kafkaBrokers?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<SystemUnderTest> {
  const { redisUrl = process.env['REDIS_URL'] ?? '', kafkaBrokers = process.env['KAFKA_BROKERS'] ?? '' } = options;
  const dir = join(localDir, `e2e-${name}-${process.pid}`);
  const system = await privateSystem({
    redisUrl,
    kafkaBrokers,
    logDir: dir,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const remove = async (): Promise<void> => {
    await system.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await system.start();
  } catch (error) {
    await system.stop();
    throw error;
  }
  return { ...system, dir, remove };
}

/** Payments of some days as careless producers send them: some twice, some too late for their turn, some changed, and
 *  between them what is no transaction. `transactions` different ones in all. */
export function carelessRecords(options: { readonly seed: number; readonly transactions: number }): RawRecord[] {
  const { seed, transactions } = options;
  const startMs = Date.now() - 5 * DAY_MS;
  const events = simulate({ seed, accounts: transactions / 5, startMs, days: 4 });
  const share = { duplicates: 0.1, disorder: 0.1, disorderMs: 6 * 3_600_000, conflicts: 0.02 };
  return [...disturb(firstOf(events, transactions), { seed, ...share, malformed: 0.02, invalid: 0.02 })];
}

function* firstOf<T>(all: Iterable<T>, count: number): Generator<T, void, undefined> {
  let given = 0;
  for (const one of all) {
    if (given === count) return;
    given += 1;
    yield one;
  }
}

/** Puts records on the input topic, in stretches of `atOnce` with a pause between them. */
export async function sendToKafka(
  system: PrivateSystem,
  records: readonly RawRecord[],
  pace: { readonly atOnce: number; readonly pauseMs: number } = { atOnce: 50, pauseMs: 20 },
): Promise<void> {
  const { topics, kafkaBrokers } = system;
  let broken: Error | undefined;
  const sender = new KafkaSender(
    { brokers: kafkaBrokers.split(','), topic: topics.names.transactions, partitions: topics.partitions },
    (error) => (broken = new Error('The records cannot be sent', { cause: error })),
  );
  for (let from = 0; from < records.length; from += pace.atOnce) {
    for (const record of records.slice(from, from + pace.atOnce)) sender.add(record);
    await sender.flush();
    await new Promise((resolve) => setTimeout(resolve, pace.pauseMs));
  }
  await sender.close();
  if (broken !== undefined) throw broken;
}
