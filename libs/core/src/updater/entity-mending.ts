import { CorruptRecord } from '../account/record-envelope.ts';
import { entityName, type EntityRef } from '../entities/entity-ref.ts';
import { TransientFault } from '../faults.ts';
import { formatClaim, parseClaim, type Claim } from '../log/claim.ts';
import { findFirstStart } from '../log/read-log.ts';
import type { StopSignal } from '../stop-signal.ts';
import { SourceReader } from './source-reader.ts';
import { notBorneOut } from './source-start.ts';
import type { UpdaterLimits, UpdaterPorts } from './updater-options.ts';

/** What entities are mended with. */
export interface MendingSurroundings<State> {
  readonly ports: UpdaterPorts<State>;
  /** How many log and store have. */
  readonly partitions: number;
  readonly limits: Pick<UpdaterLimits, 'readBytes' | 'readWaitMs' | 'gapMs'>;
  readonly stopping: StopSignal;
}

/**
 * What became of an attempt. `moved`: events were applied to the target meanwhile, or somebody else wrote a record; the next attempt reads those alone.
 * `out_of_reach`: a source's log does not reach back to its first event any more.
 */
export type MendingResult = { readonly status: 'mended'; readonly records: number } | { readonly status: 'moved' | 'out_of_reach' | 'stopped' }; // prettier-ignore

/**
 * Entities of one target made anew, from the first event of every source up to where the target claims to have it, and written in the place of records
 * that cannot be read, if neither the claims nor the records are others by then. After a fault it is of no use any more.
 */
export class EntityMending<State> {
  readonly #surroundings: MendingSurroundings<State>;
  readonly #target: number;
  readonly #made: ReadonlyMap<string, { readonly entity: EntityRef; state: State }>;
  readonly #sources: readonly number[];
  readonly #readers = new Map<number, SourceReader>();

  constructor(target: number, entities: readonly EntityRef[], surroundings: MendingSurroundings<State>) {
    const { fold } = surroundings.ports;
    this.#surroundings = surroundings;
    this.#target = target;
    this.#made = new Map(entities.map((entity) => [entityName(entity), { entity, state: fold.empty(entity.kind) }]));
    this.#sources = Array.from({ length: surroundings.partitions }, (_, source) => source);
  }

  /** Throws what the log and the codec throw, `LogDiverged` when the log is not the one that the claims are about, and `TransientFault`. */
  async attempt(): Promise<MendingResult> {
    const { ports, stopping } = this.#surroundings;
    const { store, fold } = ports;
    const made = [...this.#made.values()];
    const [claims = []] = await store.positions([this.#target], this.#sources);
    const loaded = await store.load(made.map(({ entity }) => entity));
    const damaged = made.flatMap((one, i) => {
      const record = loaded[i] ?? null;
      return record !== null && this.#isDamaged(one.entity, record) ? [{ one, record }] : [];
    });
    if (damaged.length === 0) return { status: 'mended', records: 0 };
    const reached = await Promise.all(claims.map((claim, source) => this.#readTo(source, claim)));
    if (stopping.stopped) return { status: 'stopped' };
    if (reached.includes(false)) return { status: 'out_of_reach' };
    const result = await store.apply({
      target: this.#target,
      sources: claims.map((expected, source) => ({ source, expected, next: null })),
      records: damaged.map(({ one, record }) => ({ ...one.entity, loaded: record, record: fold.encode(one.state) })),
    });
    return result.status === 'applied' ? { status: 'mended', records: damaged.length } : { status: 'moved' };
  }

  /** A record of a newer format is not damaged: who can read it will. */
  #isDamaged({ kind }: EntityRef, record: Uint8Array): boolean {
    try {
      this.#surroundings.ports.fold.decode(kind, record);
      return false;
    } catch (error) {
      if (error instanceof CorruptRecord) return true;
      if (error instanceof TransientFault) return false;
      throw error;
    }
  }

  /** Learns what is new up to a claim; whether the log has all of it. */
  async #readTo(source: number, text: string | null): Promise<boolean> {
    const claim = parseClaim(text);
    if (text !== null && claim === null) throw new TransientFault('position_unreadable', `A position is "${text}"`);
    const known = this.#readers.get(source);
    if (known === undefined && (claim?.seq ?? 0) === 0) return true;
    if (claim === null || (known !== undefined && known.nextOffset > claim.offset)) {
      throw new TransientFault('store_fell_back', 'The store fell back while entities were made anew');
    }
    const reader = known ?? (await this.#start(source));
    if (reader === null) return false;
    this.#readers.set(source, reader);
    await this.#follow(source, reader, claim);
    return true;
  }

  /** null when the first event is gone. */
  async #start(source: number): Promise<SourceReader | null> {
    const { ports, partitions } = this.#surroundings;
    const follower = await findFirstStart(ports.log, source);
    if (follower === null || follower.position.seq > 0) return null;
    return new SourceReader({ follower, awaited: [], lost: null }, ports, partitions);
  }

  async #follow(source: number, reader: SourceReader, claim: Claim): Promise<void> {
    const { ports, limits, stopping } = this.#surroundings;
    const options = { maxBytes: limits.readBytes, maxWaitMs: limits.readWaitMs };
    while (reader.nextOffset < claim.offset && !stopping.stopped) {
      const page = await ports.log.read(source, reader.nextOffset, options);
      if (page.highWatermark < claim.offset) throw notBorneOut(claim);
      for (const record of page.records) {
        if (record.offset >= claim.offset) break;
        for (const { name, change, touch } of reader.accept(record)?.touches ?? []) {
          const made = this.#made.get(name);
          if (made !== undefined) made.state = ports.fold.reduce(made.state, change, touch);
        }
      }
      reader.endPage(Math.min(page.nextOffset, claim.offset), page.highWatermark);
      // Whatever else the process does comes first.
      if (reader.nextOffset < claim.offset) await ports.clock.sleep(limits.gapMs, stopping);
    }
    if (stopping.stopped) return;
    if (reader.claim === null || formatClaim(reader.claim) !== formatClaim(claim)) throw notBorneOut(claim);
  }
}
