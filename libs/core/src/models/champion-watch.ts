import type { ModelIdentity } from '../decision.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelSource, RegisteredModel } from '../ports/model-source.ts';
import type { StopSignal } from '../stop-signal.ts';
import type { ChampionSlot } from './champion-slot.ts';
import { isSameModel } from './same-model.ts';

/** What the process is told, for its log and its metrics. */
export interface ChampionHooks {
  swapped(change: { readonly from: ModelIdentity; readonly to: ModelIdentity }): void;
  /** Told once for each reason. The champion before it goes on deciding. */
  refused(reason: string): void;
}

/** The model that a process decides by, and where the next one comes from. */
export interface FollowedChampion {
  readonly slot: ChampionSlot;
  /** What `slot` holds. */
  readonly registered: RegisteredModel;
  readonly source: ModelSource;
}

export interface ChampionWatchOptions extends FollowedChampion {
  readonly hooks: ChampionHooks;
  /** Swaps in the life of a process: each leaves a little of the runtime's memory behind. */
  readonly maxSwaps: number;
}

/**
 * Follows the registry: when it names another champion, that one is loaded, put in place between two batches, and the one before it closed. What
 * cannot be used changes nothing.
 */
export class ChampionWatch {
  readonly #options: ChampionWatchOptions;
  #registered: RegisteredModel;
  #swaps = 0;
  #refused: RegisteredModel | null = null;
  #toldReason: string | null = null;

  constructor(options: ChampionWatchOptions) {
    this.#options = options;
    this.#registered = options.registered;
  }

  /** Whether the model that decides is the one that the registry names, as far as was seen. */
  get isCurrent(): boolean {
    return this.#toldReason === null;
  }

  /** Looks every `pollMs` until the stop; a swap that has begun is ended. */
  async run({ clock, pollMs, stop }: { clock: Clock; pollMs: number; stop: StopSignal }): Promise<void> {
    while (!stop.stopped) {
      await this.look();
      await clock.sleep(pollMs, stop);
    }
  }

  /** Looks once. One call at a time. */
  async look(): Promise<void> {
    const { source, slot, hooks, maxSwaps } = this.#options;
    const answer = await source.registered();
    if (answer.kind === 'unusable') return this.#tell(answer.reason);
    const registered = answer.champion;
    if (isSameModel(registered, this.#registered)) {
      this.#refused = null;
      this.#toldReason = null;
      return;
    }
    if (this.#refused !== null && isSameModel(registered, this.#refused)) return;
    if (this.#swaps >= maxSwaps) {
      const asked = `${registered.id} ${registered.version}`;
      return this.#tell(`${asked} is not taken: this process has swapped ${maxSwaps} times; restart it`);
    }
    const loaded = await source.load(registered);
    if (loaded.kind === 'unusable') {
      this.#refused = loaded.mayPass ? null : registered;
      return this.#tell(loaded.reason);
    }
    const from = slot.identity;
    await slot.replace(loaded.model);
    this.#registered = registered;
    this.#refused = null;
    this.#toldReason = null;
    this.#swaps += 1;
    hooks.swapped({ from, to: loaded.model.identity });
  }

  #tell(reason: string): void {
    if (reason !== this.#toldReason) this.#options.hooks.refused(reason);
    this.#toldReason = reason;
  }
}
