import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Span, Tracing } from '#libs/platform';

/** What of a request says which span it is. */
interface Routed {
  readonly method: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly routeOptions: { readonly url?: string | undefined };
}

const SPANS = {
  '/v1/decisions': {
    method: 'POST',
    name: 'POST /v1/decisions',
    attributes: { 'http.request.method': 'POST', 'http.route': '/v1/decisions' },
  },
  '/v1/decisions/:transaction_id': {
    method: 'GET',
    name: 'GET /v1/decisions/{transaction_id}',
    attributes: { 'http.request.method': 'GET', 'http.route': '/v1/decisions/{transaction_id}' },
  },
  '/v1/accounts/:account_id/features': {
    method: 'GET',
    name: 'GET /v1/accounts/{account_id}/features',
    attributes: { 'http.request.method': 'GET', 'http.route': '/v1/accounts/{account_id}/features' },
  },
  '/v1/labels': {
    method: 'POST',
    name: 'POST /v1/labels',
    attributes: { 'http.request.method': 'POST', 'http.route': '/v1/labels' },
  },
} as const;

/** Gives each sampled request of a known route a span, from its headers to its answer. Adds nothing where nothing is traced. */
export function traceRequests(adapter: FastifyAdapter, tracing: Tracing): void {
  if (!tracing.enabled) return;
  const fastify = adapter.getInstance();
  fastify.decorateRequest('span', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    spanned(request).span = startSpan(request, tracing);
    done();
  });
  // Not earlier: the body arrives in the context of its connection.
  fastify.addHook('preHandler', (request, _reply, done) => tracing.within(spanned(request).span, done));
  fastify.addHook('onResponse', (request, reply, done) => {
    const { span } = spanned(request);
    if (span !== null) {
      span.set({ 'http.response.status_code': reply.statusCode });
      if (reply.statusCode >= 500) span.fail();
      span.end();
    }
    done();
  });
}

function startSpan({ method, headers, routeOptions }: Routed, tracing: Tracing): Span | null {
  const known = SPANS[routeOptions.url as keyof typeof SPANS];
  if (known?.method !== method) return null;
  const { traceparent } = headers;
  return tracing.request(known.name, typeof traceparent === 'string' ? traceparent : undefined, known.attributes);
}

/** The request with its decoration. */
function spanned(request: object): { span: Span | null } {
  return request as { span: Span | null };
}
