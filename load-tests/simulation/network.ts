import { TransientFault } from '#libs/core';
import type { SeededRandom } from '../seeded-random.ts';
import type { Lane, Timeline } from './timeline.ts';

/** How bad a network is. Shares are of single messages. */
export interface NetworkQuality {
  readonly lost: number;
  /** Messages that come so late that their sender may have given them up. */
  readonly late: number;
}

/** A server as the network sees it. */
export interface Server {
  readonly isDown: boolean;
  /** Counts its starts: what was asked of an earlier one is not answered. */
  readonly starts: number;
}

const TIMEOUT_MS = 500;
const LATE_MS = 1_500;

/** Carries requests and answers between processes and servers, each with a delay of its own: nothing keeps the order of two calls. */
export class Network {
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #quality: NetworkQuality;
  readonly #cut = new Set<Lane>();

  constructor(timeline: Timeline, random: SeededRandom, quality: NetworkQuality) {
    this.#timeline = timeline;
    this.#random = random;
    this.#quality = quality;
  }

  /** Nothing comes or goes of a process for a while. */
  cutOff(lane: Lane, forMs: number): void {
    this.#cut.add(lane);
    this.#timeline.after(forMs, null, () => void this.#cut.delete(lane));
  }

  /**
   * Runs `operation` at `server` when the request gets there, which may be after the caller has given up, and gives its outcome when that gets back.
   * Rejects with `TransientFault` when either is lost, late or the server is down: whether it ran is not known then. `waitMs`: how long it may take there.
   */
  call<T>(caller: Lane, server: Server, operation: () => Promise<T>, waitMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      const expire = this.#timeline.after(TIMEOUT_MS + waitMs, caller, () => {
        reject(new TransientFault('timed_out', 'No answer came in time'));
      });
      const answer = (deliver: () => void): void => {
        this.send(caller, caller, () => {
          expire();
          deliver();
        });
      };
      this.send(caller, null, () => {
        const { starts } = server;
        if (server.isDown) return answer(() => reject(new TransientFault('unreachable', 'The server is down')));
        operation().then(
          (value) => {
            if (server.starts === starts) answer(() => resolve(value));
          },
          (error: unknown) => answer(() => reject(error as Error)),
        );
      });
    });
  }

  /** Delivers one message of `party`, unless it is lost. */
  send(party: Lane, to: Lane | null, deliver: () => void): void {
    if (this.#random.chance(this.#quality.lost)) return;
    this.#timeline.after(this.#delayMs(), to, () => {
      if (!this.#cut.has(party)) deliver();
    });
  }

  #delayMs(): number {
    if (this.#random.chance(this.#quality.late)) return this.#random.between(0, LATE_MS);
    return this.#random.between(0.1, 2);
  }
}

/** An object at a server as a process sees it: each call of a method goes over `call`, but for those of `own`, which the process has itself. */
export function remote<T extends object>(
  target: T,
  call: <R>(method: string, operation: () => Promise<R>) => Promise<R>,
  own: Partial<T> = {},
): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (name in own) return Reflect.get(own, name) as unknown;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => call(String(name), () => Reflect.apply(member, target, args) as Promise<unknown>);
    },
  });
}
