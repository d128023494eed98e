import { TransientFault } from '#libs/core';

/** There was no answer in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

export interface Deadline {
  readonly deadlineMs: number;
  /** Code of the fault that a late or failed work becomes. */
  readonly code: string;
  /** Errors that reach the caller as they are. */
  readonly passes?: (error: unknown) => boolean;
}

/**
 * `work`, or `DeadlineExceeded` after `deadlineMs`. The work goes on unobserved: it must be harmless when nobody waits for it any more.
 */
export async function bounded<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new DeadlineExceeded(`No answer from Kafka within ${deadlineMs} ms`));
    timer = setTimeout(expire, deadlineMs);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** As `bounded`, but every failure is a `TransientFault` with `code`, unless it is one already or `passes`. */
export async function withinDeadline<T>(work: Promise<T>, { deadlineMs, code, passes }: Deadline): Promise<T> {
  try {
    return await bounded(work, deadlineMs);
  } catch (error) {
    throw passes?.(error) === true ? error : asTransientFault(error, code);
  }
}

/** `error` as a `TransientFault` with `code`; one that is one already stays as it is. */
export function asTransientFault(error: unknown, code: string): TransientFault {
  if (error instanceof TransientFault) return error;
  return new TransientFault(code, error instanceof Error ? error.message : String(error), { cause: error });
}
