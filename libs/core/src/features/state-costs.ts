import type { Feature } from './feature.ts';

/** A letter of a feature's `state`. */
export type Primitive = Exclude<Feature['state'], 'none' | 'L/T'>;

/** What each primitive is. */
export const PRIMITIVES: Readonly<Record<Primitive, string>> = {
  L: 'log: transactions one by one, by event time, the newest as far as the cap',
  T: 'tiles: counts, of an account sums too, by spans of fixed length',
  S: 'ids and when each was seen last',
  D: 'decayed mean and variance of amounts',
  V: 'decayed sums of the time of day',
  K: 'labels by day of the transaction',
  R: 'runs of labels, read from L, and from K past the cap',
  P: 'times of first and last',
};

/** Bytes that a primitive takes in the record of an entity: for each thing that it keeps, and how many it keeps at most; all of it where there is no `each`. */
export interface StateCost {
  readonly bytes: string;
  readonly each?: string;
  readonly atMost?: string;
}

const IDS = { bytes: '12', each: 'id', atMost: '256' };
const DAY = { bytes: '16', each: 'day' };
const TILE = { bytes: '2 to 5', each: 'tile that is not empty' };
const FIRST = { bytes: '8' };

/** By entity, those that it has. */
export const STATE_COSTS: Readonly<Record<Feature['entity'], Partial<Record<Primitive, StateCost>>>> = {
  account: {
    L: { bytes: '16 to 40', each: 'transaction, with whom and what it involved', atMost: '512' },
    T: { bytes: '2 to 13', each: 'tile that is not empty', atMost: '564, past the cap' },
    D: { bytes: '28' },
    V: { bytes: '16' },
    P: { bytes: '16' },
  },
  card: {
    L: { bytes: '4', each: 'transaction of 8 days', atMost: '512' },
    T: { ...TILE, atMost: '384, past the cap' },
    P: FIRST,
  },
  terminal: {
    L: { bytes: '8 to 16', each: 'transaction of 46 days', atMost: '512' },
    T: { ...TILE, atMost: '384, past the cap' },
    S: IDS,
    K: { ...DAY, atMost: '45, past the cap' },
    R: { bytes: '0' },
  },
  device: { S: IDS, K: { ...DAY, atMost: '30' } },
  ip: { S: IDS, T: { ...TILE, atMost: '120' } },
  beneficiary: {
    L: { bytes: '8 to 16', each: 'payment of 2 days, to it and by it', atMost: '512 and 512' },
    S: IDS,
    K: { ...DAY, atMost: '45' },
  },
};

/** Bytes of a record that has nothing of it, of an account or another entity. */
export const EMPTY_RECORD_BYTES = 44;
