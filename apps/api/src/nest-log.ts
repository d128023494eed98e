import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#libs/platform';

/** Nest's own lines in the process's log: its chatter as debug, its warnings and errors as such. */
export class NestLog implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(detail: unknown): void {
    this.#logger.debug({ detail: String(detail) }, 'nest');
  }

  warn(detail: unknown): void {
    this.#logger.warn({ detail: String(detail) }, 'nest warning');
  }

  error(detail: unknown, stack?: unknown): void {
    const err = detail instanceof Error ? detail : Object.assign(new Error(String(detail)), { stack: String(stack) });
    this.#logger.error({ err }, 'nest error');
  }
}
