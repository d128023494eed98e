import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { errorCodes } = require('kafkajs/src/protocol/error') as {
  errorCodes: readonly { readonly code: number; readonly type: string; readonly message: string }[];
};
const byCode = new Map(errorCodes.map((known) => [known.code, known]));

export const OFFSET_OUT_OF_RANGE = 1;
const MESSAGE_TOO_LARGE = 10;
const RECORD_LIST_TOO_LARGE = 18;

/** Errors that say: you asked the wrong broker, or the right one is not ready. Nothing was written; ask for the metadata again. */
const LEADER_ERRORS: ReadonlySet<number> = new Set([
  3, // UNKNOWN_TOPIC_OR_PARTITION
  5, // LEADER_NOT_AVAILABLE
  6, // NOT_LEADER_FOR_PARTITION
  9, // REPLICA_NOT_AVAILABLE
  74, // FENCED_LEADER_EPOCH
  75, // UNKNOWN_LEADER_EPOCH
  78, // OFFSET_NOT_AVAILABLE
]);

/** How long to wait before asking again who leads a partition. */
export const LEADER_RETRY_MS = 50;

/** An error that a broker answered with. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: number;

  constructor(code: number, where: string) {
    const known = byCode.get(code);
    super(known === undefined ? `Kafka error ${code} (${where})` : `${known.type}: ${known.message} (${where})`);
    this.code = code;
  }

  get isLeaderError(): boolean {
    return LEADER_ERRORS.has(this.code);
  }

  get isTooLarge(): boolean {
    return this.code === MESSAGE_TOO_LARGE || this.code === RECORD_LIST_TOO_LARGE;
  }
}

/** Whether the error, ours or kafkajs's, is cured by new metadata. */
export function isLeaderError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && LEADER_ERRORS.has(code);
}
