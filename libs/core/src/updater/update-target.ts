import { entityName, type EntityRef } from '../entities/entity-ref.ts';
import { TransientFault } from '../faults.ts';
import { formatClaim, type Claim } from '../log/claim.ts';
import type { EntityUpdateResult, SourceStep } from '../ports/entity-store.ts';
import type { StopSignal } from '../stop-signal.ts';
import { foldEntities } from './fold-entities.ts';
import type { PlacedTouch } from './source-reader.ts';
import type { SourceReading } from './source-reading.ts';
import type { UpdaterHooks, UpdaterLimits, UpdaterPorts } from './updater-options.ts';

const CONFLICTS_BEFORE_HALVING = 3;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 1_000;

/** One event's part in a target. */
export interface TargetEvent {
  readonly reading: SourceReading;
  readonly seq: number;
  /** Up to where the source is applied in the target, once this event and those before it are. */
  readonly claim: Claim;
  readonly touches: readonly PlacedTouch[];
}

/** What a target is updated with. */
export interface TargetSurroundings<State> {
  readonly ports: UpdaterPorts<State>;
  readonly limits: Pick<UpdaterLimits, 'maxRecords'>;
  readonly hooks: UpdaterHooks;
  readonly stopping: StopSignal;
  /** The store does not stand where it was believed to: the source must be read anew. */
  readonly restart: (source: number) => void;
  /** A record cannot be read. */
  readonly damaged: (target: number, entity: EntityRef, reason: string) => void;
}

/**
 * Applies events to a target, in the order given, as often as it takes, and resolves when all are applied or their sources are read anew. Records that
 * somebody else changed are loaded and folded again after a jittered pause, in smaller steps if that goes on; a fault is waited out.
 */
export async function updateTarget<State>(
  target: number,
  events: readonly TargetEvent[],
  surroundings: TargetSurroundings<State>,
): Promise<void> {
  const { limits, hooks, stopping } = surroundings;
  const records = new Map<string, Uint8Array | null>();
  let left = events;
  let most = events.length;
  let conflicts = 0;
  let faults = 0;
  while (!stopping.stopped) {
    left = left.filter(
      ({ reading, seq }) => !reading.ended.stopped && seq > (reading.position(target).claim?.seq ?? 0),
    );
    if (left.length === 0) return;
    const step = firstOf(left, most, limits.maxRecords);
    try {
      const status = await applyStep(target, step, { ...surroundings, records });
      faults = 0;
      if (status === 'applied') {
        left = left.slice(step.length);
        conflicts = 0;
        continue;
      }
      hooks.refused(status);
      conflicts += 1;
      if (conflicts % CONFLICTS_BEFORE_HALVING === 0) most = Math.max(1, Math.ceil(step.length / 2));
      await pause(SHORTEST_PAUSE_MS * conflicts, surroundings);
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      hooks.retried(error.code);
      records.clear();
      faults += 1;
      await pause(20 * 2 ** Math.min(faults, 6), surroundings);
    }
  }
}

/** The longest beginning that is no longer than `most` and touches at most `maxRecords` entities; at least one event. */
function firstOf(events: readonly TargetEvent[], most: number, maxRecords: number): readonly TargetEvent[] {
  const names = new Set<string>();
  let count = 0;
  for (const { touches } of events.slice(0, most)) {
    for (const { name } of touches) names.add(name);
    if (count > 0 && names.size > maxRecords) break;
    count += 1;
  }
  return events.slice(0, count);
}

/** `records` has what the store is believed to hold, and is kept so. */
async function applyStep<State>(
  target: number,
  step: readonly TargetEvent[],
  {
    ports,
    hooks,
    restart,
    damaged,
    records,
  }: TargetSurroundings<State> & { readonly records: Map<string, Uint8Array | null> },
): Promise<EntityUpdateResult['status']> {
  const touches = step.flatMap((event) => event.touches);
  const unknown = new Map(touches.flatMap(({ name, touch }) => (records.has(name) ? [] : [[name, touch] as const])));
  if (unknown.size > 0) {
    const loaded = await ports.store.load([...unknown.values()]);
    [...unknown.keys()].forEach((name, i) => records.set(name, loaded[i] ?? null));
  }
  const { writes, changes, corrupt } = foldEntities(touches, records, ports.fold);
  const readings = new Map(step.map(({ reading, claim }) => [reading, claim]));
  const sources = [...readings].map(([reading, claim]): SourceStep => ({
    source: reading.source,
    expected: reading.position(target).text,
    next: formatClaim(claim),
  }));
  const result = await ports.store.apply({ target, sources, records: writes });
  switch (result.status) {
    case 'applied':
      for (const { entity, reason } of corrupt) damaged(target, entity, reason);
      for (const [reading, claim] of readings) reading.moved(target, claim);
      for (const write of writes) records.set(entityName(write), write.record);
      hooks.updated(writes.length, changes);
      return 'applied';
    case 'changed':
      for (const entity of result.changed) records.delete(entityName(entity));
      return 'changed';
    case 'moved':
      records.clear();
      for (const [reading, claim] of readings) {
        const found = result.found.get(reading.source);
        if (found === undefined) continue;
        // An attempt whose outcome was unknown has been written after all.
        if (found === formatClaim(claim)) reading.moved(target, claim);
        else restart(reading.source);
      }
      return 'moved';
  }
}

async function pause<State>(aboutMs: number, { ports, stopping }: TargetSurroundings<State>): Promise<void> {
  await ports.clock.sleep(Math.min(LONGEST_PAUSE_MS, aboutMs) * (0.5 + ports.clock.random()), stopping);
}
