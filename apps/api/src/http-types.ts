import type { Span } from '#libs/platform';

/** What the door uses of a request; Fastify's has it. */
export interface Request {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The raw bytes; undefined or null when there is no body. */
  readonly body: unknown;
  readonly params: unknown;
  readonly query: unknown;
  /** The span of the request; null or undefined when it is not traced. */
  readonly span?: Span | null;
}

/** What the door uses of a reply; Fastify's has it. */
export interface Reply {
  code(status: number): Reply;
  headers(values: Readonly<Record<string, string>>): Reply;
  send(body: string): unknown;
}

/** An answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Writes `answer`. */
export function send(reply: Reply, { status, headers, body }: Answer): void {
  reply
    .code(status)
    .headers({ 'content-type': JSON_CONTENT_TYPE, 'cache-control': 'no-store', ...headers })
    .send(JSON.stringify(body));
}

const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';
