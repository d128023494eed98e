/** A message that can never be processed: it becomes a dead letter and is not tried again. */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage';
  readonly code: string;
  readonly field: string | null;

  constructor(code: string, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** A fault that passes: nothing was committed, or it is not known whether it was. Read again, then try again. */
export class TransientFault extends Error {
  override readonly name = 'TransientFault';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What must hold does not: a bug, or data that nobody may overwrite. The process stops or the partition halts. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
