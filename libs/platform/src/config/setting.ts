/** What a setting's text means: its value, or nothing when it is outside the setting's range. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** One setting: an environment variable, what it may be, and what it means. The config's type and its documentation come from these. */
export interface Setting<T> {
  readonly variable: string;
  readonly meaning: string;
  /** What is allowed, in words, for the table and for errors. */
  readonly range: string;
  /** As one would write it in the environment; undefined where a value must be given. */
  readonly defaultText: string | undefined;
  /** Replaces `defaultText` when HOLDFAST_ENV is `development`. */
  readonly developmentText: string | undefined;
  /** Never printed; may be given as a file by `<variable>_FILE`. */
  readonly secret: boolean;
  parse(text: string): Parsed<T>;
}

/** Settings in groups, as in the config. */
export interface SettingTree {
  readonly [key: string]: Setting<unknown> | SettingTree;
}

/** Tells a setting from a group of settings. */
export function isSetting(node: Setting<unknown> | SettingTree): node is Setting<unknown> {
  return typeof node['variable'] === 'string';
}

/** Every setting of a tree, in its order. */
export function settingsOf(tree: SettingTree): Setting<unknown>[] {
  return Object.values(tree).flatMap((node) => (isSetting(node) ? [node] : settingsOf(node)));
}

/** What every kind of setting is described by. */
export interface SettingOptions {
  readonly meaning: string;
  readonly default?: string | undefined;
  readonly development?: string;
  readonly secret?: boolean;
}

function setting<T>(
  variable: string,
  options: SettingOptions,
  kind: { readonly range: string; readonly parse: (text: string) => T | undefined },
): Setting<T> {
  return {
    variable,
    meaning: options.meaning,
    range: kind.range,
    defaultText: options.default,
    developmentText: options.development,
    secret: options.secret ?? false,
    parse(text) {
      const value = kind.parse(text);
      return value === undefined ? { ok: false } : { ok: true, value };
    },
  };
}

/** A whole number from `min` to `max`, in decimal digits. */
export function integer(
  variable: string,
  options: Omit<SettingOptions, 'default'> & { readonly default: number; readonly min: number; readonly max: number },
): Setting<number> {
  const { min, max } = options;
  return setting(
    variable,
    { ...options, default: String(options.default) },
    {
      range: `${min} to ${max}`,
      parse: (text) => {
        const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
        return value >= min && value <= max ? value : undefined;
      },
    },
  );
}

/** One of a few words. */
export function choice<const W extends string>(
  variable: string,
  options: SettingOptions & { readonly words: readonly W[] },
): Setting<W> {
  return setting(variable, options, {
    range: options.words.join(' | '),
    parse: (text) => options.words.find((word) => word === text),
  });
}

/** Text that matches `pattern`; `range` says the pattern in words. */
export function text(
  variable: string,
  options: SettingOptions & { readonly pattern: RegExp; readonly range: string },
): Setting<string> {
  return setting(variable, options, {
    range: options.range,
    parse: (value) => (options.pattern.test(value) ? value : undefined),
  });
}

/** Any other form: `parse` answers undefined for what it does not take. */
export function custom<T>(
  variable: string,
  options: SettingOptions & { readonly range: string; readonly parse: (text: string) => T | undefined },
): Setting<T> {
  return setting(variable, options, options);
}

/** A comma-separated list, each item read by `parseItem`; empty items are refused. An empty text is an empty list where `min` is 0. */
export function list<T>(
  variable: string,
  options: SettingOptions & {
    readonly range: string;
    readonly min: number;
    readonly max: number;
    readonly parseItem: (text: string) => T | undefined;
  },
): Setting<readonly T[]> {
  return setting(variable, options, {
    range: options.range,
    parse: (value) => {
      const items = value.trim() === '' ? [] : value.split(',').map((item) => options.parseItem(item.trim()));
      if (items.length < options.min || items.length > options.max) return undefined;
      const read = items.filter((item) => item !== undefined);
      return read.length === items.length ? Object.freeze(read) : undefined;
    },
  });
}
