import type { Redis } from 'ioredis';
import type { StoreKeys } from './keys.ts';
import { asTransient } from './redis-client.ts';
import { Script, text } from './script.ts';

/** How a person's answer reaches the owner of a partition that halted on a trimmed log: a key that the next opening uses or voids. */
export class RebuildRequests {
  readonly #redis: Redis;
  readonly #keys: StoreKeys;
  readonly #ask = new Script('ask-rebuild');

  constructor(redis: Redis, keys: StoreKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Agrees to start the partition at `claim`; replaces an earlier answer. `open`: it is open, nothing was asked. Throws `TransientFault`. */
  async ask(partition: number, claim: string): Promise<'asked' | 'open'> {
    const { home, rebuild } = this.#keys.partition(partition);
    const [status] = await this.#ask.run(this.#redis, [home, rebuild], [claim]);
    return text(status) === 'OPEN' ? 'open' : 'asked';
  }

  /** What is asked and neither used nor void. */
  async pending(partition: number): Promise<string | null> {
    return asTransient(() => this.#redis.get(this.#keys.partition(partition).rebuild));
  }
}
