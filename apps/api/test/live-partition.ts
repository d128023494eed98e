import { randomBytes, randomUUID } from 'node:crypto';
import { openPartitionStore, openScoring, type OpenedScoring } from '#libs/adapters';
import { fixedModel, PartitionOwner, type OwnerHooks, type OwnerPorts } from '#libs/core';
import { systemClock, type Config } from '#libs/platform';
import { fakeModel, InMemoryLog, RELAY_LIMITS } from '#libs/testkit';

/** One partition, alone in its namespace, on a real Redis and a log in memory, with an owner that can come and go. */
export class LivePartition {
  readonly scoring: OpenedScoring;
  readonly log = new InMemoryLog({ partitions: 1 });
  readonly #ports: OwnerPorts;
  readonly #closeStore: () => Promise<void>;
  #stopOwner: () => Promise<void> = async () => undefined;

  private constructor(scoring: OpenedScoring, store: { store: OwnerPorts['store']; close: () => Promise<void> }) {
    this.scoring = scoring;
    this.#closeStore = store.close;
    this.#ports = {
      store: store.store,
      log: this.log,
      inputs: { names: [], watermarks: async () => ({ low: 0, high: 0 }) },
      deadLetters: { copy: async () => undefined },
      codec: scoring.ports.codec,
      hasher: scoring.ports.hasher,
      clock: systemClock,
      rules: scoring.ports.rules,
      newNonce: () => randomUUID(),
    };
  }

  static async start(config: Config): Promise<LivePartition> {
    const keyPrefix = `test-${randomBytes(6).toString('hex')}`;
    const settings = { ...config, redis: { ...config.redis, keyPrefix }, partitions: 1 };
    const onRedisError = (): void => undefined;
    const scoring = await openScoring(settings, {
      champion: fixedModel(fakeModel()),
      clock: systemClock,
      onRedisError,
    });
    return new LivePartition(scoring, await openPartitionStore(scoring, settings, onRedisError));
  }

  /** Resolves when the partition is open. */
  async own(): Promise<void> {
    const opened = Promise.withResolvers<void>();
    const ignored = (): void => undefined;
    const hooks: OwnerHooks = {
      opened: () => opened.resolve(),
      closed: ignored,
      notOpened: (status, reason) => opened.reject(new Error(`${status}: ${reason}`)),
      progress: ignored,
      mayOpenAgain: () => true,
      published: ignored,
      sent: ignored,
      retried: ignored,
    };
    const owner = new PartitionOwner(0, this.#ports, { limits: RELAY_LIMITS, hooks });
    const forget = this.#ports.store.onCommitted(() => owner.wake());
    const running = owner.run();
    this.#stopOwner = async () => {
      owner.stop();
      await running;
      forget();
    };
    await opened.promise;
  }

  /** The owner goes as in a deploy: the partition is closed. */
  async disown(): Promise<void> {
    await this.#stopOwner();
    this.#stopOwner = async () => undefined;
  }

  async close(): Promise<void> {
    await this.disown();
    await this.#closeStore();
    await this.scoring.close();
  }
}
