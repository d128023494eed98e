import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { ProblemCode } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import { problemAnswer, unavailableAnswer } from './answers.ts';
import { type Answer, type Reply, send } from './http-types.ts';
import { ProblemError } from './problem-error.ts';

export const LOGGER = Symbol('LOGGER');

/** Turns whatever was thrown, by us, Nest or Fastify, into a problem of the contract. What nobody expected is logged and answered 503. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    send(host.switchToHttp().getResponse<Reply>(), answerOf(thrown, this.logger));
  }
}

/** The answer to a request that ended in an exception. */
export function answerOf(thrown: unknown, logger: Logger): Answer {
  if (thrown instanceof ProblemError) return problemAnswer(thrown.code);
  const status = statusOf(thrown);
  if (status !== undefined && status >= 400 && status < 500) return problemAnswer(CODES[status] ?? 'malformed');
  logger.error({ err: thrown }, 'request failed by a bug');
  return unavailableAnswer('bug');
}

const CODES: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  413: 'oversized',
  414: 'not_found',
  415: 'unsupported_media_type',
};

/** The status that Nest or Fastify means. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
