import type { OwnedModel } from '../models/champion-slot.ts';

/** A model by name, with the bytes that were meant. */
export interface RegisteredModel {
  readonly id: string;
  readonly version: string;
  /** Hex SHA-256 of its manifest, which names the hash of all else. */
  readonly manifestSha256: string;
}

/** The model that should decide, and those that should score beside it. */
export interface RegisteredModels {
  readonly kind: 'registered';
  readonly champion: RegisteredModel;
  readonly challengers: readonly RegisteredModel[];
}

/** Why there is no such model. `reason` says what to do, for a person. */
export interface ModelUnusable {
  readonly kind: 'unusable';
  readonly reason: string;
  /** Files that are not there may be on their way; what was read and is wrong stays wrong. */
  readonly mayPass: boolean;
}

/** Where models come from. */
export interface ModelSource {
  /** What the registry says now. */
  registered(): Promise<RegisteredModels | ModelUnusable>;
  /** Loads one that has passed every check, without holding up what else the process does, and warms it up. The caller closes it. */
  load(registered: RegisteredModel): Promise<{ readonly kind: 'loaded'; readonly model: OwnedModel } | ModelUnusable>;
}
