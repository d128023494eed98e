import type { ProblemCode } from '#libs/contracts';

/** A request that is answered with a problem of the contract; thrown where Nest leaves no other way out. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}
