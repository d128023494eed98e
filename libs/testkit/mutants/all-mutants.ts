import { COMMIT_MUTANTS } from './commit-mutants.ts';
import { DAMAGE_MUTANTS } from './damage-mutants.ts';
import type { Mutant } from './mutant.ts';
import { OPENING_MUTANTS } from './opening-mutants.ts';
import { PUBLISHING_MUTANTS } from './publishing-mutants.ts';
import { REBUILD_MUTANTS } from './rebuild-mutants.ts';
import { TRIMMED_MUTANTS } from './trimmed-mutants.ts';
import { UPDATER_MUTANTS } from './updater-mutants.ts';

/** Every mistake that a named test must catch. */
export const MUTANTS: readonly Mutant[] = [
  ...COMMIT_MUTANTS,
  ...OPENING_MUTANTS,
  ...REBUILD_MUTANTS,
  ...DAMAGE_MUTANTS,
  ...TRIMMED_MUTANTS,
  ...PUBLISHING_MUTANTS,
  ...UPDATER_MUTANTS,
];
