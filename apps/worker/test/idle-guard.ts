import { createLogger, systemClock } from '#libs/platform';
import { INPUT_TOPIC } from '#libs/testkit';
import { InputGuard } from '../src/input-guard.ts';

/** A guard that never holds anything back. */
export function idleGuard(): InputGuard {
  const logger = createLogger({ service: 'worker', level: 'silent' });
  return new InputGuard({
    topic: INPUT_TOPIC,
    invalidPercent: 100,
    invalidWindowRecords: 1_000,
    clock: systemClock,
    logger,
  });
}
