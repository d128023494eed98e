import { ChallengerWatch, DEFAULT_POLICY, type ModelSource, Shadow } from '#libs/core';
import { type ProcessFrame, systemClock } from '#libs/platform';

/** A batch of our models takes half a millisecond. */
const LIMITS = { queueDecisions: 4_096, deadlineMs: 25 };
const GAP_MS = 50;

/**
 * Lets the registry's challengers score what the worker reads of `decisions.v1`, told of in its metrics and logs; `offer` takes what was read. The lifecycle
 * ends it.
 */
export async function followChallengers(
  source: ModelSource,
  { config, lifecycle, logger, metrics }: Pick<ProcessFrame, 'config' | 'lifecycle' | 'logger' | 'metrics'>,
): Promise<Pick<Shadow, 'offer'>> {
  const shadow = new Shadow({
    policy: DEFAULT_POLICY,
    clock: systemClock,
    limits: LIMITS,
    hooks: {
      scored: (_model, { bothHold, championOnly, challengerOnly, neither }) => {
        metrics.add('challengerDecisions', bothHold, { verdict: 'both_hold' });
        metrics.add('challengerDecisions', championOnly, { verdict: 'champion_only' });
        metrics.add('challengerDecisions', challengerOnly, { verdict: 'challenger_only' });
        metrics.add('challengerDecisions', neither, { verdict: 'neither' });
      },
      dropped: (decisions) => metrics.add('challengerDropped', decisions, {}),
      letGo: (model, reason) => logger.error({ model, reason }, 'challenger let go'),
    },
  });
  const watch = new ChallengerWatch(source, shadow, (reason) => logger.error({ reason }, 'challenger not taken'));
  const { stopSignal: stop } = lifecycle;
  const forget = metrics.observe('challengersScoring', () => [{ value: shadow.identities.length, labels: {} }]);
  const watching = watch.run({ clock: systemClock, pollMs: config.models.pollMs, stop });
  const working = shadow.run({ gapMs: GAP_MS, stop });
  await lifecycle.opened('challengers', async () => {
    await Promise.all([watching, working]);
    await shadow.close();
    forget();
  });
  return shadow;
}
