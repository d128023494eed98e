import { type Clock, homeState, type StopSignal } from '#libs/core';
import type { RebuildSources } from './open-rebuild.ts';
import type { RebuildPlan } from './rebuild-plan.ts';

const POLL_MS = 250;

/** `rebuilt`: open, the answer was used. `opened_without`: open, it was not needed. `waiting`: no owner has opened the partition yet; the answer stands. */
export type RebuildOutcome = 'rebuilt' | 'opened_without' | 'waiting';

/** Waits until an owner has opened the partition, or for `waitMs`; tells `onProgress` the seq that the store stands at. */
export async function awaitRebuild(
  plan: RebuildPlan,
  { store }: Pick<RebuildSources, 'store'>,
  options: {
    readonly waitMs: number;
    readonly clock: Clock;
    readonly stopSignal: StopSignal;
    readonly onProgress: (seq: number) => void;
  },
): Promise<RebuildOutcome> {
  const { clock, stopSignal, waitMs, onProgress } = options;
  const untilMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const { home, seq, floorMs } = await store.position(plan.partition);
    onProgress(seq);
    if (homeState(home) === 'open') return floorMs === plan.floorMs ? 'opened_without' : 'rebuilt';
    if (stopSignal.stopped || clock.monotonicMs() >= untilMs) return 'waiting';
    await clock.sleep(POLL_MS, stopSignal);
  }
}
