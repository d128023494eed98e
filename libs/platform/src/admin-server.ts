import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a check found: `ok`, or why not. */
export type CheckResult =
  { readonly ok: true; readonly detail?: string } | { readonly ok: false; readonly reason: string };

/** Looks at one thing that the process needs. May throw: that is a failed check. */
export type Check = () => CheckResult | Promise<CheckResult>;

export type Checks = Readonly<Record<string, Check>>;

export interface AdminServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Ends open connections; to be called last, so that the process can be watched while it stops. */
  close(): Promise<void>;
}

interface AdminOptions {
  readonly host: string;
  readonly port: number;
  /** `live` failing means "restart me"; `ready` failing means "send me nothing now". */
  readonly live: Checks;
  readonly ready: Checks;
  readonly serveMetrics: (request: IncomingMessage, response: ServerResponse) => void;
  /** How long one check may take before it counts as failed. */
  readonly checkTimeoutMs?: number;
}

const CHECK_TIMEOUT_MS = 1000;

/** Serves /livez, /readyz and /metrics on a port of their own, which is not for the public. Rejects when the port is taken. */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    answer(request, response, options).catch((cause: unknown) => {
      response.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    });
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: AdminOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: AdminOptions): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    writeJson(response, 405, { status: 'method not allowed' });
    return;
  }
  switch (path) {
    case '/livez':
      await writeChecks(response, options.live, options.checkTimeoutMs);
      return;
    case '/readyz':
      await writeChecks(response, options.ready, options.checkTimeoutMs);
      return;
    case '/metrics':
      options.serveMetrics(request, response);
      return;
    default:
      writeJson(response, 404, { status: 'not found', paths: ['/livez', '/readyz', '/metrics'] });
  }
}

async function writeChecks(response: ServerResponse, checks: Checks, timeoutMs = CHECK_TIMEOUT_MS): Promise<void> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check, timeoutMs)] as const),
  );
  const ok = results.every(([, result]) => result.ok);
  writeJson(response, ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks: Object.fromEntries(results) });
}

async function runCheck(check: Check, timeoutMs: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: `no answer within ${timeoutMs} ms` }), timeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (cause) {
    return { ok: false, reason: cause instanceof Error ? cause.message : String(cause) };
  } finally {
    clearTimeout(timer);
  }
}

function writeJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
