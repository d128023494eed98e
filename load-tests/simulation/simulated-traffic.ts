import { partitionOf } from '#libs/core';
import type { SeededRandom } from '../seeded-random.ts';
import { START_MS } from './timeline.ts';

const ACCOUNTS_A_PARTITION = 2;
const MINUTE_MS = 60_000;

/** A record of an input topic, or a body. */
export interface Message {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** The same, as the sender has it. */
  readonly wire: unknown;
  /** Where a producer with the right partitioner puts it. */
  readonly partition: number;
}

/** Makes transactions of few accounts that share few terminals and cards, so that they meet: repeated, contradicted, late, taken back. */
export class SimulatedTraffic {
  readonly #random: SeededRandom;
  readonly #accounts: readonly string[];
  readonly #partitions: number;
  #count = 0;

  constructor(random: SeededRandom, partitions: number) {
    this.#random = random;
    this.#partitions = partitions;
    this.#accounts = accountsOf(partitions);
  }

  /** A transaction that was not there before. */
  transaction(accountId?: string): Message {
    const random = this.#random;
    this.#count += 1;
    const lateMs = random.chance(0.1) ? random.between(0, 180) * MINUTE_MS : random.between(0, 20) * MINUTE_MS;
    return this.#message({
      transaction_id: `t${this.#count}`,
      account_id: accountId ?? random.pick(this.#accounts),
      occurred_at: new Date(START_MS - Math.floor(lateMs)).toISOString(),
      amount_minor: 100 * (1 + random.below(3_000)),
      currency: 'EUR',
      terminal_id: `term-${random.below(3)}`,
      card_id: `card-${random.below(3)}`,
    });
  }

  /** A transaction of every account. */
  ofEveryAccount(): Message[] {
    return this.#accounts.map((accountId) => this.transaction(accountId));
  }

  /** The same identity with another amount. */
  contradiction({ wire }: Message): Message {
    const { amount_minor: amount, ...rest } = wire as { amount_minor: number };
    return this.#message({ ...rest, amount_minor: amount + 1 });
  }

  /** What takes a transaction back. */
  reversal({ wire }: Message): Message {
    this.#count += 1;
    const { transaction_id: original, ...rest } = wire as { transaction_id: string };
    const identity = { transaction_id: `t${this.#count}`, original_transaction_id: original, event_type: 'reversal' };
    return this.#message({ ...rest, ...identity });
  }

  /** A label of a transaction, which may not have come yet. */
  label({ wire }: Message): Message {
    const { account_id, transaction_id } = wire as { account_id: string; transaction_id: string };
    return this.#message({
      account_id,
      transaction_id,
      label: this.#random.pick(['fraud', 'genuine']),
      source: 'analyst',
      reported_at: new Date(START_MS).toISOString(),
    });
  }

  /** Bytes that are no transaction. */
  broken(): Message {
    const partition = this.#random.below(this.#partitions);
    return { key: new Uint8Array(), value: Buffer.from(`{ "${this.#random.below(9)}`), wire: null, partition };
  }

  #message(wire: object): Message {
    const { account_id: accountId } = wire as { account_id: string };
    const partition = partitionOf(accountId, this.#partitions);
    return { key: Buffer.from(accountId), value: Buffer.from(JSON.stringify(wire)), wire, partition };
  }
}

function accountsOf(partitions: number): string[] {
  const accounts: string[] = [];
  const wanted = Array.from({ length: partitions }, () => ACCOUNTS_A_PARTITION);
  for (let i = 0; wanted.some((left) => left > 0); i++) {
    const partition = partitionOf(`acct-${i}`, partitions);
    if ((wanted[partition] as number) === 0) continue;
    wanted[partition]! -= 1;
    accounts.push(`acct-${i}`);
  }
  return accounts;
}
