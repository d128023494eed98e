import type { EntityChange } from '../entities/entity-change.ts';
import { entityName, entityPartition } from '../entities/entity-ref.ts';
import { formatClaim, type Claim } from '../log/claim.ts';
import { TransientFault } from '../faults.ts';
import { PROTOCOL_VERSION } from '../log/log-record.ts';
import type { LogFollower } from '../log/log-follower.ts';
import type { LogRecord } from '../ports/decision-log.ts';
import { entityChangesOf } from './entity-changes.ts';
import type { TouchedEntity } from '../entities/entities-touched.ts';
import { notBorneOut, type SourceStart } from './source-start.ts';
import type { UpdaterPorts } from './updater-options.ts';

/** One entity's part of an event. */
export interface PlacedTouch {
  readonly target: number;
  /** See `entityName`. */
  readonly name: string;
  readonly touch: TouchedEntity;
  readonly change: EntityChange;
}

/** A valid event that some entity learns from. */
export interface SourceEvent {
  /** What is true of the log after it. */
  readonly claim: Claim;
  /** When it was appended. */
  readonly timestampMs: number;
  readonly touches: readonly PlacedTouch[];
}

/** Follows one source by the rule and turns its valid events into what entities learn. Give it every record from its start on, in order. */
export class SourceReader {
  readonly #follower: LogFollower;
  readonly #ports: Pick<UpdaterPorts<unknown>, 'codec' | 'hasher' | 'fold'>;
  readonly #targets: number;
  #awaited: readonly Claim[];

  constructor(
    { follower, awaited }: SourceStart,
    ports: Pick<UpdaterPorts<unknown>, 'codec' | 'hasher' | 'fold'>,
    targets: number,
  ) {
    this.#follower = follower;
    this.#awaited = awaited;
    this.#ports = ports;
    this.#targets = targets;
  }

  /** Where to read on. */
  get nextOffset(): number {
    return this.#follower.nextOffset;
  }

  /** The newest true claim about what was followed; null before the first valid record. */
  get claim(): Claim | null {
    return this.#follower.claim;
  }

  /** Throws `LogDiverged` when the log is not the one that the store's claims are about, `TransientFault` for an OPEN of a newer protocol, and what the codec throws. */
  accept(record: LogRecord): SourceEvent | null {
    const followed = this.#follower.accept(record);
    this.#compareClaims();
    if (followed.kind === 'open' && followed.open.protocolVersion > PROTOCOL_VERSION) {
      throw new TransientFault('newer_protocol', `An OPEN of protocol ${followed.open.protocolVersion}`);
    }
    if (followed.kind !== 'event') return null;
    const touches = entityChangesOf(this.#ports.codec.decode(record), this.#ports.hasher).flatMap((change) =>
      this.#ports.fold.touchedBy(change).map((touch): PlacedTouch => ({
        target: entityPartition(touch, this.#targets),
        name: entityName(touch),
        touch,
        change,
      })),
    );
    const claim = this.#follower.claim as Claim;
    return touches.length === 0 ? null : { claim, timestampMs: record.timestampMs, touches };
  }

  /** Ends a page of records that was read up to `nextOffset`, where the partition has `highWatermark`. Throws `LogDiverged`. */
  endPage(nextOffset: number, highWatermark: number): void {
    this.#follower.skipTo(nextOffset);
    this.#compareClaims();
    const [next] = this.#awaited;
    if (next !== undefined && nextOffset >= highWatermark) throw notBorneOut(next);
  }

  /** Each claim of the store is compared when the reader stands at its offset, and before anything is applied that comes after it. */
  #compareClaims(): void {
    const [next] = this.#awaited;
    if (next === undefined) return;
    const { claim, nextOffset, position } = this.#follower;
    if (nextOffset < next.offset && position.seq <= next.seq) return;
    if (claim === null || formatClaim(claim) !== formatClaim(next)) throw notBorneOut(next);
    this.#awaited = this.#awaited.slice(1);
  }
}
