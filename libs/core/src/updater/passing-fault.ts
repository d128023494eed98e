import { InvalidMessage, TransientFault } from '../faults.ts';
import { LogDiverged } from '../log/log-follower.ts';
import { OffsetOutOfRange } from '../ports/decision-log.ts';

/** The code of a fault of store or log that may be gone at the next try, or once a person has looked. Throws `error` when it is a bug. */
export function faultCode(error: unknown): string {
  if (error instanceof TransientFault || error instanceof InvalidMessage) return error.code;
  if (error instanceof OffsetOutOfRange) return 'out_of_range';
  if (error instanceof LogDiverged) return 'log_diverged';
  throw error;
}
