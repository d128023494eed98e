import { ChampionWatch, type FollowedChampion } from '#libs/core';
import type { ProcessFrame } from './run-process.ts';
import { systemClock } from './system-clock.ts';

/** Lets a process take each new champion until it stops, tells its log and shows it in its metrics. The lifecycle ends it and closes the model. */
export async function followChampion(
  champion: FollowedChampion,
  { config, lifecycle, logger, metrics }: Pick<ProcessFrame, 'config' | 'lifecycle' | 'logger' | 'metrics'>,
): Promise<void> {
  const { slot } = champion;
  await lifecycle.opened('model', () => slot.close());
  const watch = new ChampionWatch({
    ...champion,
    maxSwaps: config.models.maxSwaps,
    hooks: {
      swapped: (change) => {
        metrics.add('championSwaps', 1, {});
        logger.info(change, 'champion taken');
      },
      refused: (reason) => logger.error({ reason, model: slot.identity }, 'champion not taken'),
    },
  });
  const forget = [
    metrics.observe('championCurrent', () => [{ value: watch.isCurrent ? 1 : 0, labels: {} }]),
    metrics.observe('championInfo', () => {
      const { id, version, sha256 } = slot.identity;
      return [{ value: 1, labels: { model: `${id} ${version}`, sha256: sha256.slice(0, 12) } }];
    }),
  ];
  const { stopSignal: stop } = lifecycle;
  const watching = watch.run({ clock: systemClock, pollMs: config.models.pollMs, stop });
  await lifecycle.opened('champion watch', async () => {
    await watching;
    for (const one of forget) one();
  });
}
