import type { EntityKind } from '../entities/entity-kind.ts';

/** One input of a model. */
export interface Feature {
  /** Its row in the catalogue of features.md §3. */
  readonly catalogue: number;
  readonly name: string;
  readonly unit: string;
  /** Length of the window (t - windowMs, t]; null when it has none. */
  readonly windowMs: number | null;
  /** The value when there is nothing to compute it from, `p0` being a risk's prior; `never` when there always is something. */
  readonly missing: 'NaN' | '0' | 'p0' | '1/2pi' | 'never';
  /** The primitive of the account's or the entity's state that it is read from: see features.md §2. */
  readonly state: 'none' | 'L' | 'L/T' | 'T' | 'S' | 'D' | 'V' | 'K' | 'R' | 'P';
  /** Whose state it is read from. */
  readonly entity: 'account' | EntityKind;
  /** What it says of a transaction at t, with all that its name, unit and window leave open. */
  readonly meaning: string;
}

/** A feature as the tables of definitions have it. */
export type FeatureRow = readonly [
  catalogue: number,
  name: string,
  unit: string,
  windowMs: number | null,
  missing: Feature['missing'],
  state: Feature['state'],
  meaning: string,
];

/** The features of a table, in its order. */
export function featuresOf(entity: Feature['entity'], rows: readonly FeatureRow[]): readonly Feature[] {
  return rows.map(([catalogue, name, unit, windowMs, missing, state, meaning]) => {
    return { catalogue, name, unit, windowMs, missing, state, entity, meaning };
  });
}

/** Place of each feature in a list of them. */
export function placesOf<Name extends string>(features: readonly Feature[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(features.map(({ name }, place) => [name, place])) as Record<Name, number>;
}
