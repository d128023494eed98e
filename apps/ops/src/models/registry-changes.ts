import type { Registry } from '#libs/adapters';
import { isSameModel, type RegisteredModel } from '#libs/core';
import { CommandFailed } from '../failures.ts';

/** Who changes the registry, when, and why. */
export interface Change {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  /** Limits that may be broken, by name. */
  readonly override: readonly string[];
}

/** In place of a limit, of a model that nobody has compared. */
const NOT_COMPARED = 'not_compared';
/** Former champions that a registry remembers. */
const HISTORY = 100;

/** `model` decides from now on. Throws `CommandFailed` when it does already, and when it breaks a limit that is not overridden. */
export function promoted(registry: Registry, model: RegisteredModel, { at, by, reason, override }: Change): Registry {
  const { champion, challengers, history, comparisons } = registry;
  if (isSameModel(model, champion)) throw new CommandFailed(`${nameOf(model)} is the champion already.`);
  const broken = brokenBy(registry, model);
  const stopping = broken.filter((name) => !override.includes(name));
  if (stopping.length > 0) throw new CommandFailed(`${nameOf(model)} is not promoted: ${sayings(stopping)}`);
  const replaced = { champion, replacedAt: at.toISOString(), replacedBy: by, reason, overridden: broken };
  return {
    champion: model,
    challengers: challengers.filter((one) => nameOf(one) !== nameOf(model)),
    history: [...history, replaced].slice(-HISTORY),
    comparisons,
  };
}

/** The champion before decides again; another rollback goes one step further back. Throws `CommandFailed` when there is none. */
export function rolledBack({ challengers, history, comparisons }: Registry): Registry {
  const last = history.at(-1);
  if (last === undefined) throw new CommandFailed('The registry knows no champion before this one.');
  return { champion: last.champion, challengers, history: history.slice(0, -1), comparisons };
}

/** `model` scores beside the champion. Throws `CommandFailed` when it does already, or is the champion. */
export function shadowing(registry: Registry, model: RegisteredModel): Registry {
  if (nameOf(model) === nameOf(registry.champion)) throw new CommandFailed(`${nameOf(model)} is the champion.`);
  if (registry.challengers.some((one) => isSameModel(one, model))) {
    throw new CommandFailed(`${nameOf(model)} is a challenger already.`);
  }
  const others = registry.challengers.filter((one) => nameOf(one) !== nameOf(model));
  return { ...registry, challengers: [...others, model] };
}

/** `model` is a challenger no more. Throws `CommandFailed` when it is none. */
export function withoutShadow(registry: Registry, model: Pick<RegisteredModel, 'id' | 'version'>): Registry {
  const challengers = registry.challengers.filter((one) => nameOf(one) !== nameOf(model));
  if (challengers.length === registry.challengers.length) throw new CommandFailed(`${nameOf(model)} is no challenger.`);
  return { ...registry, challengers };
}

/** A challenger was compared with a champion, perhaps no longer that of the registry, and broke these limits. */
export function compared(
  registry: Registry,
  verdict: {
    readonly champion: RegisteredModel;
    readonly challenger: RegisteredModel;
    readonly decisions: number;
    readonly broken: readonly string[];
    readonly at: Date;
  },
): Registry {
  const { champion, challenger, decisions, broken, at } = verdict;
  const recorded = {
    challenger,
    championSha256: champion.manifestSha256,
    comparedAt: at.toISOString(),
    decisions,
    broken,
  };
  const others = registry.comparisons.filter((one) => nameOf(one.challenger) !== nameOf(challenger));
  return { ...registry, comparisons: [...others, recorded].slice(-HISTORY) };
}

/** Names of the limits that `model` breaks beside the champion, by the newest comparison of these very two. */
function brokenBy({ champion, comparisons }: Registry, model: RegisteredModel): readonly string[] {
  const found = comparisons.find(
    ({ challenger, championSha256 }) => isSameModel(challenger, model) && championSha256 === champion.manifestSha256,
  );
  return found === undefined ? [NOT_COMPARED] : found.broken;
}

function sayings(broken: readonly string[]): string {
  const what = broken.includes(NOT_COMPARED)
    ? 'it has not been compared with this champion (ops models compare)'
    : `it breaks ${broken.join(', ')} (ops models compare says by how much)`;
  return `${what}. To do it all the same: --override ${broken.join(',')}`;
}

/** As people say it. */
export function nameOf({ id, version }: Pick<RegisteredModel, 'id' | 'version'>): string {
  return `${id} ${version}`;
}
