import { homeState, TransientFault, type Clock, type StateStore, type StopSignal } from '#libs/core';
import type { CheckResult, Logger, Metrics } from '#libs/platform';

const LOOK_MS = 1_000;

/** Looks at the store once a second, so that its absence is known, told once, and measured, also while nobody asks for a decision. */
export class StoreWatch {
  readonly #store: Pick<StateStore, 'published'>;
  readonly #partitions: number;
  readonly #logger: Logger;
  #found: CheckResult = { ok: false, reason: 'not looked at yet' };
  #reachable = true;

  constructor(store: Pick<StateStore, 'published'>, partitions: number, logger: Logger) {
    this.#store = store;
    this.#partitions = partitions;
    this.#logger = logger;
  }

  /** Whether decisions can be made: the store answers, and at least one partition is open. */
  get ready(): CheckResult {
    return this.#found;
  }

  /** Looks until the stop. */
  async run({ clock, metrics, stop }: { clock: Clock; metrics: Metrics; stop: StopSignal }): Promise<void> {
    const labels = { dependency: 'redis' } as const;
    const forget = metrics.observe('dependencyUp', () => [{ value: this.#reachable ? 1 : 0, labels }]);
    while (!stop.stopped) {
      await this.look();
      await clock.sleep(LOOK_MS, stop);
    }
    forget();
  }

  /** Looks once. */
  async look(): Promise<void> {
    try {
      const partitions = Array.from({ length: this.#partitions }, (_, partition) => this.#store.published(partition));
      const states = await Promise.all(partitions);
      const open = states.filter(({ home }) => homeState(home) === 'open').length;
      const of = `${open} of ${this.#partitions} partitions open`;
      this.#found = open > 0 ? { ok: true, detail: of } : { ok: false, reason: `${of}: is a worker running?` };
      if (!this.#reachable) this.#logger.info({}, 'store within reach again');
      this.#reachable = true;
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      this.#found = { ok: false, reason: error.message };
      if (this.#reachable) this.#logger.warn({ err: error }, 'store out of reach');
      this.#reachable = false;
    }
  }
}
