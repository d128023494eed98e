import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, Service } from '../../deploy/local/service.ts';

const LOOK_MS = 50;
/** Between the end of a process and its next start. */
const DOWN_MS = 500;
/** A process that has not come up by then never will. */
const READY_WITHIN_MS = 240_000;

/** A process that is started again whenever it is down, as a supervisor does, unless it is held down. */
export class Supervised {
  readonly #service: Service;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #starting: Promise<void> | null = null;
  #holds = 0;
  #isReady = false;
  #expectsEnd = false;
  #endedByItself = 0;

  constructor(service: Service, log: Log) {
    this.#service = service;
    this.#log = log;
  }

  get name(): string {
    return this.#service.name;
  }

  /** How often it ended without being told to. */
  get endedByItself(): number {
    return this.#endedByItself;
  }

  /** From now on it is looked after; it runs and is ready. */
  watch(): void {
    this.#isReady = true;
    this.#watching = this.#watch();
  }

  /** Looks after it no longer; it may be up or down. With `kill` it is down. */
  async leave({ kill }: { readonly kill: boolean }): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    this.#expectsEnd ||= kill;
    do {
      if (kill) await this.#service.kill('SIGKILL');
      await Promise.race([this.#starting, sleep(LOOK_MS)]);
    } while (this.#starting !== null);
  }

  /** Ends it by a signal, does `whileDown` when it is gone, and resolves when it has been started again and is ready. */
  async restart(
    signal: 'SIGKILL' | 'SIGTERM',
    whileDown: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    this.#holds += 1;
    try {
      // A start that has not come as far as a process has nothing to be killed yet.
      while (this.#starting !== null && this.#service.pid === undefined) await sleep(5);
      this.#expectsEnd = true;
      this.#isReady = false;
      await (signal === 'SIGTERM' ? this.#service.stop() : this.#service.kill(signal));
      await this.#starting;
      await sleep(DOWN_MS);
      await whileDown();
    } finally {
      this.#holds -= 1;
    }
    await this.ready();
  }

  /** Stops it for so long without ending it. */
  async pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    await this.#service.kill('SIGSTOP');
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    await this.#service.kill('SIGCONT');
  }

  /** Resolves when it is up and ready, or nobody looks after it any more. Throws when it does not come up. */
  async ready(): Promise<void> {
    const giveUpAt = performance.now() + READY_WITHIN_MS;
    while (!this.#isReady && !this.#stop.signal.aborted) {
      if (performance.now() > giveUpAt) throw new Error(`${this.name} was not ready within ${READY_WITHIN_MS} ms`);
      await sleep(LOOK_MS);
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#service.pid === undefined && this.#starting === null) {
        if (this.#isReady && !this.#expectsEnd) this.#noteEnd();
        if (this.#holds === 0) this.#start();
      }
      await sleep(LOOK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  #noteEnd(): void {
    this.#endedByItself += 1;
    this.#isReady = false;
  }

  #start(): void {
    this.#expectsEnd = false;
    this.#starting = this.#service
      .start()
      .then(
        () => {
          this.#isReady = this.#service.pid !== undefined && !this.#expectsEnd;
        },
        async (error: unknown) => {
          if (!this.#expectsEnd && !this.#stop.signal.aborted) {
            this.#endedByItself += 1;
            this.#log(`${this.name}: ${error instanceof Error ? error.message : String(error)}`);
          }
          await sleep(DOWN_MS);
        },
      )
      .finally(() => {
        this.#starting = null;
      });
  }
}
