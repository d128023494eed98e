import { StopSignal } from '#libs/core';
import type { Logger } from './logger.ts';

/** Closes one resource; a promise is waited for. What it has not done at its deadline is left undone. */
export type Close = () => unknown;

/** How a stop went: `false` when a resource failed to close or took too long. */
export interface StopResult {
  readonly clean: boolean;
}

/**
 * What a process has opened, in the order of opening. `stop` closes in the reverse order, one after the other: what was opened later may
 * use what was opened before, until it is closed itself. So an app opens telemetry, admin server, stores, relay, then its doors.
 */
export interface Lifecycle {
  /** Registers what has just been opened. When the process is stopping already, it is closed at once, so that nothing stays open. */
  opened(name: string, close: Close, options?: { readonly deadlineMs?: number }): Promise<void>;
  /** Stops at the moment that a stop is asked for, before anything is closed: loops and sleeps end by it, readiness follows it. */
  readonly stopSignal: StopSignal;
  /** Closes everything; a second call gets the first one's result. Never rejects: a resource that fails is logged and passed over. */
  stop(reason: string): Promise<StopResult>;
}

interface Resource {
  readonly name: string;
  readonly close: Close;
  readonly deadlineMs: number;
}

/** `deadlineMs` is how long one resource may take to close, unless it says otherwise. */
export function createLifecycle(options: { readonly logger: Logger; readonly deadlineMs: number }): Lifecycle {
  const { logger, deadlineMs } = options;
  const resources: Resource[] = [];
  const stopSignal = new StopSignal();
  let stopped: Promise<StopResult> | undefined;

  const closeAll = async (): Promise<StopResult> => {
    let clean = true;
    for (let resource = resources.pop(); resource !== undefined; resource = resources.pop()) {
      clean = (await closeResource(resource, logger)) && clean;
    }
    return { clean };
  };

  return {
    opened: async (name, close, resourceOptions) => {
      const resource = { name, close, deadlineMs: resourceOptions?.deadlineMs ?? deadlineMs };
      if (stopped === undefined) resources.push(resource);
      else await closeResource(resource, logger);
    },
    stopSignal,
    stop: (reason) => {
      if (stopped === undefined) {
        logger.info({ reason, resources: resources.length }, 'process stopping');
        stopSignal.stop();
        stopped = closeAll();
      }
      return stopped;
    },
  };
}

/** Whether the resource closed within its deadline. */
async function closeResource({ name, close, deadlineMs }: Resource, logger: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), deadlineMs);
  });
  try {
    const result = await Promise.race([close(), late]);
    if (result !== 'late') return true;
    logger.error({ resource: name, deadlineMs }, 'resource did not close in time');
    return false;
  } catch (err) {
    logger.error({ resource: name, err }, 'resource failed to close');
    return false;
  } finally {
    clearTimeout(timer);
  }
}
