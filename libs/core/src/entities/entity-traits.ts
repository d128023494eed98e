import { DAY_MS, HOUR_MS } from '../time.ts';
import { tileShape, type TileShape } from '../window/tiles.ts';
import type { EntityKind } from './entity-kind.ts';

/** What is kept of an entity of one kind: just what its features ask for. */
export interface EntityTraits {
  /**
   * How long transactions stay in the log, null without one: the longest window, and a day more for questions of late transactions. Less than 49
   * days, so that a time takes four bytes.
   */
  readonly logMs: number | null;
  /** Whether the log knows more of a transaction than its time. */
  readonly logsFacts: boolean;
  /** Whether what the account itself pays to accounts is logged beside what it is paid. */
  readonly logsSent: boolean;
  /** Windows that must be counted when the log does not reach back, or when there is none. */
  readonly tiles: TileShape;
  /** Whose ids are remembered, and for how long; null for nobody's. */
  readonly ids: { readonly of: 'accounts' | 'cards'; readonly keptMs: number } | null;
  /**
   * Where labels go: into the row of the log, or onto the days when the row was pushed out; or onto the days at once, frauds only.
   */
  readonly labels: 'none' | 'rows' | 'days';
  /** Days for which counts are kept. */
  readonly days: number;
}

const NO_TILES = tileShape([], { hasSums: false });

/** The traits of each kind. A change here changes what existing records mean: it needs a new format of the record. */
export const ENTITY_TRAITS: Readonly<Record<EntityKind, EntityTraits>> = {
  card: {
    logMs: 8 * DAY_MS,
    logsFacts: false,
    logsSent: false,
    tiles: tileShape(['minute', 'hour', 'day', 'week'], { hasSums: false }),
    ids: null,
    labels: 'none',
    days: 0,
  },
  terminal: {
    logMs: 46 * DAY_MS,
    logsFacts: true,
    logsSent: false,
    tiles: tileShape(['fiveMinutes', 'hour', 'day', 'week'], { hasSums: false }),
    ids: { of: 'cards', keptMs: HOUR_MS },
    labels: 'rows',
    days: 45,
  },
  device: {
    logMs: null,
    logsFacts: false,
    logsSent: false,
    tiles: NO_TILES,
    ids: { of: 'accounts', keptMs: 30 * DAY_MS },
    labels: 'days',
    days: 30,
  },
  ip: {
    logMs: null,
    logsFacts: false,
    logsSent: false,
    tiles: tileShape(['fiveMinutes', 'hour'], { hasSums: false }),
    ids: { of: 'accounts', keptMs: HOUR_MS },
    labels: 'none',
    days: 0,
  },
  beneficiary: {
    logMs: 2 * DAY_MS,
    logsFacts: true,
    logsSent: true,
    tiles: NO_TILES,
    ids: { of: 'accounts', keptMs: DAY_MS },
    labels: 'days',
    days: 45,
  },
};
