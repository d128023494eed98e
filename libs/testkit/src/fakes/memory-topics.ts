import type { DeadLetters, InputTopics, TransactionRejected, Watermarks } from '#libs/core';

/** Watermarks of input topics, set by the test. */
export class MemoryInputTopics implements InputTopics {
  readonly names: readonly string[];
  readonly #watermarks = new Map<string, Watermarks>();

  constructor(names: readonly string[]) {
    this.names = names;
  }

  set(topic: string, watermarks: Watermarks): void {
    this.#watermarks.set(topic, watermarks);
  }

  async watermarks(topic: string): Promise<Watermarks> {
    return this.#watermarks.get(topic) ?? { low: 0, high: Number.MAX_SAFE_INTEGER };
  }
}

/** A dead-letter topic that only remembers. */
export class MemoryDeadLetters implements DeadLetters {
  readonly copied: TransactionRejected[] = [];

  async copy(rejections: readonly TransactionRejected[]): Promise<void> {
    this.copied.push(...rejections);
  }
}
