import { Command } from 'commander';
import { labelOf, readHandbook } from '#libs/simulator';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { CommandFailed, Interrupted } from '../failures.ts';
import { LineFile } from '../files/line-file.ts';
import { integer } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import { labelLine } from '../simulation.ts';

interface Options {
  readonly out: string;
  readonly labels?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `import handbook`: turns the public benchmark's file into ours. */
export function importCommand(context: CommandContext): Command {
  const handbook = newCommand(
    'handbook',
    "the Fraud Detection Handbook's simulated transactions (Le Borgne et al., ULB 2022) as NDJSON",
    ['import handbook transactions.csv.gz --out handbook.ndjson.gz --limit 200000'],
  )
    .argument(
      '<file>',
      'gzipped CSV with the columns transaction_id, event_time_s, customer_id, terminal_id, amount, …',
    )
    .requiredOption('--out <file>', 'NDJSON, one transaction a line; gzipped if the name ends in .gz')
    .option('--labels <file>', 'what became known of each transaction, seven days later: NDJSON')
    .option('--limit <number>', 'only the first so many rows', integer(1))
    .action(async (file: string, options: Options) => {
      const result = await importHandbook(file, options, context);
      const { transactions, frauds } = result;
      const text = `${formatCount(transactions)} transactions (${formatCount(frauds)} frauds) in ${options.out}`;
      finish(context, options, { data: result, text });
    });
  return new Command('import').description("turn other people's transactions into NDJSON").addCommand(handbook);
}

async function importHandbook(file: string, options: Options, { terminal }: CommandContext) {
  const out = await LineFile.create(options.out);
  const labels = options.labels === undefined ? null : await LineFile.create(options.labels);
  const progress = new Progress(terminal, 'import', options.limit ?? null);
  let frauds = 0;
  try {
    for await (const event of readHandbook(file)) {
      await out.line(JSON.stringify(event.transaction));
      const { fraud, reportedAtMs } = event.label;
      await labels?.line(
        labelLine(labelOf(event, { label: fraud ? 'fraud' : 'genuine', source: 'handbook', reportedAtMs })),
      );
      if (event.label.fraud) frauds += 1;
      progress.update(out.lines);
      if (out.lines === options.limit) break;
      if (terminal.stopSignal.stopped) throw new Interrupted('Stopped; nothing was written.');
    }
    await labels?.close();
    return { out: options.out, transactions: out.lines, frauds, sha256: await out.close() };
  } catch (error) {
    await Promise.all([out.discard(), labels?.discard()]);
    if (error instanceof Interrupted) throw error;
    throw new CommandFailed(`${file} cannot be imported: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    progress.end();
  }
}
