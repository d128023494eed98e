import { TransientFault } from '#libs/core';

export interface Deadline {
  readonly deadlineMs: number;
  /** Code of the fault that a late or failed work becomes. */
  readonly code: string;
  /** Errors that reach the caller as they are. */
  readonly passes?: (error: unknown) => boolean;
}

/**
 * `work`, or a `TransientFault` after `deadlineMs`. The work goes on unobserved: it must be harmless when nobody waits for it any more.
 * Anything that `work` rejects with becomes the cause of such a fault, unless it is one already or `passes`.
 */
export async function withinDeadline<T>(work: Promise<T>, { deadlineMs, code, passes }: Deadline): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransientFault(code, `No answer from Kafka within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, expired]);
  } catch (error) {
    throw passes?.(error) === true ? error : asTransientFault(error, code);
  } finally {
    clearTimeout(timer);
  }
}

/** `error` as a `TransientFault` with `code`; one that is one already stays as it is. */
export function asTransientFault(error: unknown, code: string): TransientFault {
  if (error instanceof TransientFault) return error;
  return new TransientFault(code, error instanceof Error ? error.message : String(error), { cause: error });
}
