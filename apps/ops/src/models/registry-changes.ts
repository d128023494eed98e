import type { Registry } from '#libs/adapters';
import type { RegisteredModel } from '#libs/core';
import { CommandFailed } from '../failures.ts';

/** Who changes the registry, when, and why. */
export interface Change {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

/** Former champions that a registry remembers. */
const HISTORY = 100;

/** `model` decides from now on. Throws `CommandFailed` when it does already. */
export function promoted(registry: Registry, model: RegisteredModel, { at, by, reason }: Change): Registry {
  const { champion, challengers, history } = registry;
  if (isSame(model, champion)) throw new CommandFailed(`${nameOf(model)} is the champion already.`);
  const replaced = { champion, replacedAt: at.toISOString(), replacedBy: by, reason };
  return {
    champion: model,
    challengers: challengers.filter((one) => nameOf(one) !== nameOf(model)),
    history: [...history, replaced].slice(-HISTORY),
  };
}

/** The champion before decides again; another rollback goes one step further back. Throws `CommandFailed` when there is none. */
export function rolledBack({ challengers, history }: Registry): Registry {
  const last = history.at(-1);
  if (last === undefined) throw new CommandFailed('The registry knows no champion before this one.');
  return { champion: last.champion, challengers, history: history.slice(0, -1) };
}

/** `model` scores beside the champion. Throws `CommandFailed` when it does already, or is the champion. */
export function shadowing(registry: Registry, model: RegisteredModel): Registry {
  if (nameOf(model) === nameOf(registry.champion)) throw new CommandFailed(`${nameOf(model)} is the champion.`);
  if (registry.challengers.some((one) => isSame(one, model))) {
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

/** As people say it. */
export function nameOf({ id, version }: Pick<RegisteredModel, 'id' | 'version'>): string {
  return `${id} ${version}`;
}

function isSame(left: RegisteredModel, right: RegisteredModel): boolean {
  return nameOf(left) === nameOf(right) && left.manifestSha256 === right.manifestSha256;
}
