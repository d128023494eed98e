import type { Setting } from './setting.ts';
import type { SETTINGS } from './settings.ts';

type ValuesOf<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : ValuesOf<S[K]> };

type ValuesReadOf<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T | undefined : ValuesReadOf<S[K]> };

/** What a process is told from outside: typed, within bounds, frozen. Its fields are those of `SETTINGS`. */
export type Config = ValuesOf<typeof SETTINGS>;

/** A config in which what was refused is undefined. */
export type ConfigRead = ValuesReadOf<typeof SETTINGS>;

/** Which process reads the config: what one must be told another may leave out. */
export type ProcessRole = 'api' | 'worker' | 'ops';

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The config, or everything that is wrong with the environment, one line each. `unknown` are HOLDFAST_ variables that nobody reads. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly unknown: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[]; readonly unknown: readonly string[] };
