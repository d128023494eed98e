import type { Command } from 'commander';
import { systemClock } from '#libs/platform';
import { audit } from '../audit/audit.ts';
import type { AuditReport } from '../audit/audit-report.ts';
import { openAudit } from '../audit/open-audit.ts';
import { waitForRest } from '../audit/quiescence.ts';
import { readAnswers } from '../audit/read-answers.ts';
import { reportText } from '../audit/report-text.ts';
import { type CommandContext, finish, newCommand } from '../command-context.ts';
import { UsageError } from '../failures.ts';
import { durationMs } from '../options.ts';
import { Progress } from '../progress.ts';

interface Options {
  readonly asked?: string;
  readonly atRest: boolean;
  readonly wait: number;
  readonly json?: boolean;
}

const MEMORY =
  '\nHolds every account of one partition and every entity in memory, an entity twice as its record: about 1 kB an entity.';

/** `audit`: whether the invariants hold on the live topics and store. */
export function auditCommand(context: CommandContext): Command {
  return newCommand('audit', 'check the invariants over the topics and the store; exit code 1 if one is broken', [
    'audit',
    'audit --asked http-senders.ndjson --json',
    'audit --no-at-rest',
  ])
    .option(
      '--asked <file>',
      'NDJSON of what HTTP senders asked and were answered: {"transaction", "status", "answer", "ack"}',
    )
    .option('--no-at-rest', 'the service is at work: do not ask that everything is settled')
    .option('--wait <duration>', 'how long the service may take to come to rest', durationMs, 30_000)
    .addHelpText('after', MEMORY)
    .action(async (options: Options) => {
      if (options.asked !== undefined && !options.atRest) {
        throw new UsageError('--asked needs the service at rest: answers can be ahead of the log.');
      }
      const report = await runAudit(options, context);
      finish(context, options, { data: report, text: reportText(report), failed: !report.ok });
    });
}

async function runAudit(options: Options, { terminal, config }: CommandContext): Promise<AuditReport> {
  const { stopSignal } = terminal;
  const { sources, close } = await openAudit(config(), (line) => terminal.err(`${line}\n`));
  let progress: { readonly stage: string; readonly shown: Progress } | null = null;
  try {
    if (options.atRest) {
      const restless = await waitForRest(sources, { waitMs: options.wait, clock: systemClock, stopSignal });
      for (const line of restless) terminal.err(`Not at rest: ${line}\n`);
    }
    return await audit(sources, {
      asked: options.asked === undefined ? null : await readAnswers(options.asked, sources),
      atRest: options.atRest,
      stopSignal,
      onProgress: (stage, records, of) => {
        if (progress?.stage !== stage) {
          progress?.shown.end();
          progress = { stage, shown: new Progress(terminal, `audit: ${stage}`, of) };
        }
        progress.shown.update(records);
      },
    });
  } finally {
    (progress as { shown: Progress } | null)?.shown.end();
    await close();
  }
}
