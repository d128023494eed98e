import { hash } from 'node:crypto';
import { createLogger, createMetrics, loadConfig, NO_TRACING, systemClock, type Tracing } from '#libs/platform';
import { AnswerChecker } from '#libs/testkit';
import { createApi, type Api } from '../src/create-api.ts';
import { openApiDocument } from '../src/openapi/document.ts';
import { FakeDetailCache, FakeScorer } from './fake-scorer.ts';

const TOKEN = 'a-key-of-a-test';
const checker = new AnswerChecker(JSON.parse(JSON.stringify(openApiDocument())) as object);

/** What a request of a test looks like. */
export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: object | string | Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, its body parsed. */
export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A transaction that is valid at the fake's time. */
export function wireTransaction(fields: object = {}): Record<string, unknown> {
  return {
    transaction_id: 'tx-1',
    account_id: 'acct-1',
    occurred_at: '2026-05-14T11:59:00.000Z',
    amount_minor: 12_999,
    currency: 'EUR',
    ...fields,
  };
}

/**
 * An api over fakes, the same composition as the real one. Requests go in without a socket unless `api.listen` is called, and each answer must be one
 * that openapi.json describes.
 */
export async function startApiUnderTest(environment: Record<string, string> = {}, tracing: Tracing = NO_TRACING) {
  const scorer = new FakeScorer();
  const detailCache = new FakeDetailCache();
  const lines: string[] = [];
  const logger = createLogger({
    service: 'api',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const apiKeys = `test:${hash('sha256', TOKEN)}`;
  const loaded = loadConfig(
    {
      HOLDFAST_ENV: 'development',
      HOLDFAST_API_KEYS: apiKeys,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_DEFAULT_DEADLINE_MS: '10000',
      ...environment,
    },
    { role: 'api' },
  );
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const { config } = loaded;
  const api: Api = await createApi(config, {
    scorer,
    detailCache,
    partitions: 12,
    apiKeys: config.http.apiKeys,
    clock: systemClock,
    logger,
    metrics: createMetrics(),
    tracing,
  });
  const request = async ({ method = 'POST', path = '/v1/decisions', body, headers = {} }: Sent): Promise<Received> => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
    const response = await api.app.inject({
      method: method as 'POST',
      url: path,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const { statusCode: status, payload } = response;
    const answered = payload === '' ? undefined : (JSON.parse(payload) as Record<string, unknown>);
    const answerHeaders = response.headers as Record<string, string | undefined>;
    const faults = checker.faults({ method, path, status, headers: answerHeaders, body: answered });
    if (faults.length > 0) throw new Error(`openapi.json does not describe ${status} ${payload}: ${faults.join('; ')}`);
    return { status, headers: answerHeaders, body: answered ?? {} };
  };
  return { api, scorer, detailCache, lines, request, token: TOKEN, close: () => api.close() };
}
