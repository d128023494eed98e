import {
  decideRequests,
  findTransaction,
  readAccount,
  type FoundTransaction,
  type Identity,
  type ReadAccount,
  type RequestItem,
  type RequestResult,
  type ScoringPorts,
  type StateStore,
  type Transaction,
} from '#libs/core';

/** What the HTTP door needs of the core: deciding, finding again, and knowing how far a decision has come. */
export interface Scorer extends Pick<StateStore, 'published' | 'replicated'> {
  /** Decides and takes in what belongs to one partition until `deadlineMs` (monotonic), results in their order. Throws only for bugs. */
  decide(work: {
    readonly partition: number;
    readonly items: readonly RequestItem[];
    readonly deadlineMs: number;
  }): Promise<readonly RequestResult[]>;
  /** What the account keeps of a transaction. Throws `TransientFault` when the store is out of reach. */
  find(partition: number, identity: Identity): Promise<FoundTransaction>;
  /** What an account says at a moment; null is its watermark. Throws `TransientFault` when the store is out of reach. */
  read(partition: number, accountId: string, atMs: number | null): Promise<ReadAccount>;
  /** Keyed hash of a transaction's content, as in its account's entry. */
  contentOf(transaction: Transaction): number;
}

/** The scorer over the real ports. */
export function createScorer(ports: ScoringPorts): Scorer {
  const { store, hasher } = ports;
  return {
    decide: (work) => decideRequests(work, ports),
    find: (partition, identity) => findTransaction({ partition, identity }, ports),
    read: (partition, accountId, atMs) => readAccount({ partition, accountId, atMs }, ports),
    contentOf: ({ canonicalJson }) => hasher.text32(canonicalJson),
    published: (partition) => store.published(partition),
    replicated: (timeoutMs) => store.replicated(timeoutMs),
  };
}
