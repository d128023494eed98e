/** The command cannot do what it was asked; the message says what to do. Exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** The command was asked something that makes no sense. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work was ended by Ctrl-C before it was done. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
