import type { Command } from 'commander';
import { formatClaim } from '#libs/core';
import { systemClock } from '#libs/platform';
import { type CommandContext, type CommandResult, finish, newCommand } from '../command-context.ts';
import { CommandFailed, Interrupted, UsageError } from '../failures.ts';
import { durationMs, integer } from '../options.ts';
import { formatCount, Progress } from '../progress.ts';
import { awaitRebuild, type RebuildOutcome } from '../rebuild/await-rebuild.ts';
import { openRebuild, type RebuildSources } from '../rebuild/open-rebuild.ts';
import { planRebuild, type Planned, type RebuildPlan } from '../rebuild/rebuild-plan.ts';

interface Options {
  readonly fromTrimmed?: boolean;
  readonly partition?: number;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly wait: number;
  readonly json?: boolean;
}

/** `rebuild --from-trimmed`: a person's answer to a partition that is halted because its log no longer reaches back. */
export function rebuildCommand(context: CommandContext): Command {
  return newCommand(
    'rebuild',
    'answer a partition that is halted because retention has trimmed its log: start at what is left of it',
    ['rebuild --from-trimmed --partition 3', 'rebuild --from-trimmed --all --yes --json'],
  )
    .option(
      '--from-trimmed',
      'give up what the log no longer holds: accounts forget it, nothing of its time is accepted',
    )
    .option('--partition <number>', 'this partition only', integer(0, 1023))
    .option('--all', 'every partition that is halted')
    .option('--yes', 'do it; without, it is only shown what would be given up')
    .option('--wait <duration>', 'how long to wait for the owners to open', durationMs, 120_000)
    .addHelpText('after', EXPLANATION)
    .action(async (options: Options) => {
      if (options.fromTrimmed !== true) throw new UsageError('Say what to rebuild from: --from-trimmed.');
      if ((options.partition === undefined) === (options.all === undefined)) {
        throw new UsageError('Give --partition <number> or --all.');
      }
      const sources = await openRebuild(context.config());
      try {
        finish(context, options, await rebuild(options, sources, context));
      } finally {
        await sources.close();
      }
    });
}

async function rebuild(options: Options, sources: RebuildSources, context: CommandContext): Promise<CommandResult> {
  const { partition } = options;
  if (partition !== undefined && partition >= sources.partitions) {
    throw new UsageError(`There are ${sources.partitions} partitions, 0 to ${sources.partitions - 1}.`);
  }
  const asked = partition === undefined ? Array.from({ length: sources.partitions }, (_, p) => p) : [partition];
  const planned = await Promise.all(asked.map((each) => planRebuild(each, sources)));
  const plans = planned.filter((each): each is RebuildPlan => 'start' in each);
  for (const each of planned) context.terminal.err(`${lineOf(each)}\n`);
  if (plans.length === 0) throw new CommandFailed('No partition waits for this answer: nothing was done.');
  if (options.yes !== true) throw new UsageError('Nothing was done. What is given up does not come back: add --yes.');
  for (const { partition: each, start } of plans) await sources.requests.ask(each, formatClaim(start));
  const outcomes = await awaitAll(plans, sources, options, context);
  if (context.terminal.stopSignal.stopped) {
    throw new Interrupted('Stopped waiting; the answer stands until the partition opens.');
  }
  return {
    data: {
      partitions: plans.map(({ partition: each, start, lastSeq }, i) => ({
        partition: each,
        given_up_to_seq: start.seq,
        start: formatClaim(start),
        last_seq: lastSeq,
        outcome: outcomes[i],
      })),
    },
    text: plans.map((plan, i) => SAYINGS[outcomes[i] as RebuildOutcome](plan)).join('\n'),
    failed: outcomes.some((outcome) => outcome === 'waiting'),
  };
}

async function awaitAll(
  plans: readonly RebuildPlan[],
  sources: RebuildSources,
  { wait: waitMs }: Options,
  { terminal }: CommandContext,
): Promise<RebuildOutcome[]> {
  const { stopSignal } = terminal;
  const seqs = plans.map(({ start }) => start.seq);
  const total = plans.reduce((sum, { start, lastSeq }) => sum + lastSeq - start.seq, 0);
  const progress = new Progress(terminal, 'rebuild: events replayed', total);
  try {
    return await Promise.all(
      plans.map(async (plan, i) =>
        awaitRebuild(plan, sources, {
          waitMs,
          stopSignal,
          clock: systemClock,
          onProgress: (seq) => {
            seqs[i] = Math.max(seqs[i] ?? 0, Math.min(seq, plan.lastSeq));
            progress.update(plans.reduce((sum, { start }, at) => sum + (seqs[at] ?? start.seq) - start.seq, 0));
          },
        }),
      ),
    );
  } finally {
    progress.end();
  }
}

function lineOf(planned: Planned): string {
  const { partition } = planned;
  if ('reason' in planned) return `Partition ${partition}: ${planned.reason}`;
  const { start, lastSeq } = planned;
  return `Partition ${partition}: gives up events 1 to ${formatCount(start.seq)}, keeps ${formatCount(lastSeq - start.seq)} after them (log from offset ${start.offset})`;
}

const SAYINGS: Readonly<Record<RebuildOutcome, (plan: RebuildPlan) => string>> = {
  rebuilt: ({ partition, start }) => `Partition ${partition} is open again; events 1 to ${start.seq} are given up`,
  opened_without: ({ partition }) =>
    `Partition ${partition} has opened without needing the answer; nothing is given up`,
  waiting: ({ partition }) =>
    `Partition ${partition} is not open yet: see the log of its worker, which tries every 15 s; the answer stands until it opens`,
};

const EXPLANATION = `
The worker that is assigned the partition goes on trying to open it, and uses the answer at its next try. Restore a backup of
Redis instead if there is one that the log still reaches back to. Afterwards accounts know only what is left of the log,
transactions up to the time of what is gone are refused as too_late, and decisions say history_incomplete for 90 days.`;
