import type { Lifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';

/** Exit codes: stopped as asked; stopped with something left undone; a bug ended it; silent and to be started again; it must be configured otherwise; ended
 *  by force. */
export const EXIT = { clean: 0, unclean: 1, bug: 70, stalled: 75, refused: 78, forced: 130 } as const;

/** What is used of Node's `process`, so that tests need not send themselves signals. */
export interface ProcessEvents {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): unknown;
}

/**
 * Ties a lifecycle to its process. SIGTERM and SIGINT stop it in order, and it exits; a second one ends it at once.
 * An exception or rejection that nobody caught is a bug: it is logged and the process ends at once, for its supervisor to start anew.
 */
export function handleProcessSignals(options: {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly process: ProcessEvents;
}): void {
  const { lifecycle, logger, process } = options;
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      if (lifecycle.stopSignal.stopped) {
        logger.warn({ signal }, 'process ended by a second signal');
        process.exit(EXIT.forced);
        return;
      }
      void lifecycle.stop(signal).then(({ clean }) => {
        logger.info({ clean }, 'process stopped');
        process.exit(clean ? EXIT.clean : EXIT.unclean);
      });
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (err) => {
      logger.fatal({ event, err }, 'process ended by a bug');
      process.exit(EXIT.bug);
    });
  }
}
