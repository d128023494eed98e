import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MAX_TRANSACTION_BYTES } from '#libs/contracts';
import type { Logger, Metrics, Tracing } from '#libs/platform';
import { problemAnswer } from './answers.ts';
import { type Reply, send } from './http-types.ts';
import { answerOf } from './problem.filter.ts';
import { traceRequests } from './trace-requests.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const LONGEST_PARAMETER = 100;
const KEEP_ALIVE_MS = 65_000;

/**
 * Fastify as the door needs it: bodies stay bytes, only JSON is taken, and what Fastify or Node refuses before there is a route is a problem of
 * the contract too. Needs no middleware, so the layer for it is left out.
 */
export function createFastifyAdapter(options: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** From then on each answer ends its connection: its caller goes elsewhere, instead of sending more into a closing door. */
  readonly isStopping: () => boolean;
}): FastifyAdapter {
  const { logger, metrics, tracing, isStopping } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_TRANSACTION_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    skipMiddie: true,
    http: { requireHostHeader: false },
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    clientErrorHandler: (_error, socket) => refuseRaw(socket),
    frameworkErrors: (error: unknown, _request: unknown, reply: unknown) =>
      send(reply as Reply, answerOf(error, logger)),
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done(null, body);
    else done(refusal(415, 'Encoded bodies are not read'));
  });
  traceRequests(adapter, tracing);
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Node would refuse it as well, without a word.
    const complete = request.headers.host !== undefined || request.raw.httpVersion === '1.0';
    if (complete) done();
    else done(refusal(400, 'HTTP/1.1 needs a Host'));
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = ROUTES[request.routeOptions.url ?? ''] ?? 'other';
    const status = STATUSES.find((known) => known === String(reply.statusCode)) ?? 'other';
    metrics.record('httpRequestSeconds', reply.elapsedTime / 1000, { route, status });
    done();
  });
  fastify.server.on('checkExpectation', refuseExpectation);
  return adapter;
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}

const ROUTES: Readonly<Record<string, 'decide' | 'lookup' | 'label' | 'account'>> = {
  '/v1/decisions': 'decide',
  '/v1/decisions/:transaction_id': 'lookup',
  '/v1/labels': 'label',
  '/v1/accounts/:account_id/features': 'account',
};

const STATUSES = ['200', '202', '400', '401', '404', '409', '413', '415', '422', '503'] as const;

/** Bytes that are no HTTP, too large headers, and requests that take too long to arrive. */
function refuseRaw(socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer('malformed', {
    detail: 'The bytes are not a complete HTTP request.',
  });
  const text = JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** `Expect` with anything but `100-continue`, which Node would answer 417. */
function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const { status, headers, body } = problemAnswer('malformed', { detail: 'The expectation is not known.' });
  response.writeHead(status, { ...headers, connection: 'close' });
  response.end(JSON.stringify(body));
}
