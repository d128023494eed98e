/** Overflow records of one account. */
export const OVERFLOW_BUCKETS = 64;

/** Names of everything that the store keeps. All of partition p has the hash tag `{p}`, so that one script can change it in a Cluster too. */
export class StoreKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** What the namespace was created with; checked at every start. */
  get namespace(): string {
    return `${this.#prefix}:namespace`;
  }

  /** Channel on which commits announce themselves to the relay. */
  get wakeUpChannel(): string {
    return `${this.#prefix}:committed`;
  }

  partition(partition: number): PartitionKeys {
    return new PartitionKeys(`${this.#prefix}:{${partition}}:`);
  }
}

/** Names of one partition's keys: see the table in ARCHITECTURE.md. */
export class PartitionKeys {
  readonly home: string;
  readonly seq: string;
  readonly epoch: string;
  readonly input: string;
  readonly outbox: string;
  readonly published: string;
  readonly position: string;
  readonly deadLetters: string;
  readonly floor: string;
  readonly rebuild: string;
  readonly damaged: string;
  readonly versions: string;
  readonly accountPrefix: string;
  readonly overflowPrefix: string;
  readonly detailPrefix: string;
  readonly entityPrefix: string;
  readonly #appliedPrefix: string;

  constructor(root: string) {
    this.home = `${root}home`;
    this.seq = `${root}seq`;
    this.epoch = `${root}epoch`;
    this.input = `${root}in`;
    this.outbox = `${root}outbox`;
    this.published = `${root}pub`;
    this.position = `${root}pos`;
    this.deadLetters = `${root}dlq`;
    this.floor = `${root}floor0`;
    this.rebuild = `${root}rebuild`;
    this.damaged = `${root}damaged`;
    this.versions = `${root}v`;
    this.accountPrefix = `${root}a:`;
    this.overflowPrefix = `${root}o:`;
    this.detailPrefix = `${root}d:`;
    this.entityPrefix = `${root}e:`;
    this.#appliedPrefix = `${root}applied:`;
  }

  account(accountId: string): string {
    return this.accountPrefix + accountId;
  }

  overflow(accountId: string, bucket: number): string {
    return `${this.overflowPrefix}${accountId}:${bucket}`;
  }

  detail(key: string): string {
    return this.detailPrefix + key;
  }

  /** Up to where the events of partition `source` are applied to the entities of this one. */
  applied(source: number): string {
    return this.#appliedPrefix + String(source);
  }
}
