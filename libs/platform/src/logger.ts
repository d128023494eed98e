import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Writes one JSON line per event: `logger.info({ partition }, 'partition opened')`. The message is a constant, data are fields. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Fields that are never written, wherever they stand in the first three levels. */
const SECRET_FIELDS = ['authorization', 'Authorization', 'apiKey', 'password', 'hashKey'];

const MESSAGE_MAX_LENGTH = 500;
const CAUSES_MAX = 5;

/**
 * The process's logger. Lines go to stdout, written before the call returns, so that none is lost when the process ends.
 * Errors are written as name, message, code, stack and causes: clients hang whole commands on theirs, payloads included.
 */
export function createLogger(options: {
  readonly service: string;
  readonly level: string;
  readonly destination?: DestinationStream;
}): Logger {
  const { service, level, destination } = options;
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: traceFields,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError, cause: describeError },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** The span that the line belongs to, if there is one: by these a trace's lines are found. */
function traceFields(): Readonly<Record<string, string>> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** What a log line tells of an error. */
interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

function describeError(thrown: unknown, depth = 0): ErrorFields {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown).slice(0, MESSAGE_MAX_LENGTH) };
  const { code } = thrown as { code?: unknown };
  const hasCause = thrown.cause !== undefined && thrown.cause !== null && depth < CAUSES_MAX;
  return {
    type: thrown.name,
    message: thrown.message.slice(0, MESSAGE_MAX_LENGTH),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...framesOf(thrown),
    ...(hasCause ? { cause: describeError(thrown.cause, depth + 1) } : {}),
  };
}

/** The stack without the message that it begins with. */
function framesOf({ stack = '' }: Error): { readonly stack?: string } {
  const start = stack.indexOf('\n    at ');
  return start === -1 ? {} : { stack: stack.slice(start + 1, start + 4000) };
}
