import type { EntityStore } from '#libs/core';
import { overriding } from './overriding.ts';

/** A store whose next step that writes records is held just before it, as of a process that is frozen there. */
export interface HeldApply {
  readonly store: EntityStore;
  /** Resolves when the step is there: what it writes is made from what was loaded before. */
  readonly reached: Promise<void>;
  release(): void;
}

export function holdApply(real: EntityStore): HeldApply {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let used = false;
  const store = overriding(real, {
    apply: async (update) => {
      if (!used && update.records.length > 0) {
        used = true;
        reached.resolve();
        await released.promise;
      }
      return real.apply(update);
    },
  });
  return { store, reached: reached.promise, release: () => released.resolve() };
}
