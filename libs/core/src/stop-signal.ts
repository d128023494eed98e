/** Tells any number of waiters, once, to stop: what AbortController is, without needing a platform. */
export class StopSignal {
  #stopped = false;
  readonly #listeners = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Calls `listener` at the stop, or at once if that has been; gives back how to forget it. */
  onStop(listener: () => void): () => void {
    if (this.#stopped) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What `work` comes to, or null when `signal` stops first: then nobody waits for it any more, and what it comes to is nobody's matter. */
export function unlessStopped<T>(work: Promise<T>, signal: StopSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const forget = signal.onStop(() => resolve(null));
    void work.then(resolve, reject).finally(forget);
  });
}
