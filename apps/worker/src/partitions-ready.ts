import type { CheckResult } from '#libs/platform';
import type { InputGuard } from './input-guard.ts';
import type { OwnedPartition } from './owned-partition.ts';

/** Ready when every owned partition is open and no input is held back; else it says which. */
export function partitionsReady(
  owned: readonly Pick<OwnedPartition, 'partition' | 'status'>[],
  guards: readonly Pick<InputGuard, 'topic' | 'held'>[],
): CheckResult {
  const closed = owned.flatMap(({ partition, status }) =>
    status === 'open' ? [] : [`partition ${partition} is ${status}`],
  );
  const held = guards.flatMap(({ topic, held: partitions }) =>
    [...partitions].map(
      ([partition, { invalid, of }]) =>
        `partition ${partition} of ${topic} is held back: ${invalid} of its last ${of} records are invalid`,
    ),
  );
  const reasons = [...closed, ...held];
  return reasons.length === 0
    ? { ok: true, detail: `${owned.length} partitions open` }
    : { ok: false, reason: reasons.join(', ') };
}
