import type { TransactionRejected } from '../event.ts';

/** Where rejected records go, with their original bytes. */
export interface DeadLetters {
  /** Resolves when all replicas have them; a repetition is recognisable by the origin. Throws `TransientFault`. */
  copy(rejections: readonly TransactionRejected[]): Promise<void>;
}
