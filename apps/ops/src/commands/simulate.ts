import type { Command } from 'commander';
import type { Known, WireLabel } from '#libs/simulator';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { Interrupted } from '../failures.ts';
import { LineFile } from '../files/line-file.ts';
import { toLine } from '../files/record-line.ts';
import { formatCount, Progress } from '../progress.ts';
import { labelLine, simulatedRecords, type SimulationOptions, withSimulationOptions } from '../simulation.ts';

const START_MS = Date.UTC(2026, 0, 1);

interface Options extends SimulationOptions {
  readonly out: string;
  readonly labels?: string;
  readonly json?: boolean;
}

/** `simulate`: writes simulated transactions, as careless producers would deliver them, to a file. */
export function simulateCommand(context: CommandContext): Command {
  const command = newCommand('simulate', 'write simulated transactions to a file, the same for the same options', [
    'simulate --out history.ndjson.gz --accounts 5000 --days 60 --labels labels.ndjson',
    'simulate --out rough.ndjson --duplicates 0.05 --disorder 0.1 --late 0.01 --poison 0.01',
  ])
    .requiredOption('--out <file>', 'NDJSON, one transaction a line; gzipped if the name ends in .gz')
    .option(
      '--labels <file>',
      'what is said of transactions later: NDJSON, one label a line, in the order of reported_at',
    );
  return withSimulationOptions(command, '2026-01-01').action(async (options: Options) => {
    const result = await writeSimulation(options, context);
    finish(context, options, {
      data: result,
      text: `${formatCount(result.records)} records of ${formatCount(result.transactions)} transactions (${formatCount(result.frauds)} frauds) in ${options.out}`,
    });
  });
}

async function writeSimulation(options: Options, { terminal }: CommandContext) {
  const out = await LineFile.create(options.out);
  const labels = options.labels === undefined ? null : await LineFile.create(options.labels);
  const progress = new Progress(terminal, 'simulate', null);
  const unwritten: WireLabel[] = [];
  let transactions = 0;
  let frauds = 0;
  const learn = (known: Known): void => {
    if (known.kind === 'label') {
      if (labels !== null) unwritten.push(known.label);
      return;
    }
    transactions += 1;
    if (known.event.label.fraud) frauds += 1;
  };
  try {
    for (const record of simulatedRecords(options, { startMs: options.start ?? START_MS, learn })) {
      await out.line(toLine(record));
      for (const label of unwritten.splice(0)) await labels?.line(labelLine(label));
      progress.update(out.lines);
      if (terminal.stopSignal.stopped) throw new Interrupted('Stopped; nothing was written.');
    }
    for (const label of unwritten) await labels?.line(labelLine(label));
    await labels?.close();
    return {
      out: options.out,
      records: out.lines,
      transactions,
      frauds,
      sha256: await out.close(),
      ...(labels === null ? {} : { labels: labels.lines }),
    };
  } catch (error) {
    await Promise.all([out.discard(), labels?.discard()]);
    throw error;
  } finally {
    progress.end();
  }
}
