import { check } from 'k6';
import exec from 'k6/execution';
import http, { type RefinedResponse, type ResponseType } from 'k6/http';
import type { Options } from 'k6/options';

// Whether the HTTP door stands up: new transactions at a constant rate, whatever the answers take; now and then the
// same again, and a look-up. Started by `npm run load -- smoke`, which says where and with what.
const { HTTP_URL, API_KEY, RUN_ID = 'run', RATE = '50', DURATION = '15s', SUMMARY = 'summary.json' } = __ENV;
/** k6 has one, and its types do not say so. */
declare const console: { log(line: string): void };

const ACCOUNTS = 500;
const EVERY_NTH_AGAIN = 10;
const EVERY_NTH_LOOKED_UP = 20;

export const options: Options = {
  scenarios: {
    decide: {
      executor: 'constant-arrival-rate',
      rate: Number(RATE),
      timeUnit: '1s',
      duration: DURATION,
      preAllocatedVUs: 50,
      maxVUs: 200,
    },
  },
  // Of a machine that does other things as well: wide for latency, strict for being right.
  thresholds: {
    checks: ['rate==1'],
    http_req_failed: ['rate==0'],
    dropped_iterations: ['count==0'],
    'http_req_duration{call:decide}': ['p(50)<100', 'p(99)<1000'],
    'http_req_duration{call:again}': ['p(99)<1000'],
    'http_req_duration{call:look_up}': ['p(99)<1000'],
  },
  summaryTrendStats: ['min', 'med', 'p(90)', 'p(99)', 'max'],
};

const headers = {
  authorization: `Bearer ${API_KEY}`,
  'content-type': 'application/json',
  'x-deadline-ms': '1000',
};

type Answer = RefinedResponse<ResponseType | undefined>;

/** One arrival. */
export default function arrive(): void {
  const n = exec.scenario.iterationInTest;
  const accountId = `load-${n % ACCOUNTS}`;
  const transactionId = `${RUN_ID}-${n}`;
  const transaction = {
    transaction_id: transactionId,
    account_id: accountId,
    occurred_at: new Date().toISOString(),
    amount_minor: 100 + ((n * 7919) % 20_000),
    currency: 'EUR',
    merchant: { id: `m-${n % 97}`, mcc: '5411', country: 'DE' },
  };
  const first = post(transaction, 'decide');
  check(first, {
    'a new transaction is decided': (answer) => answer.status === 200 && answer.json('evaluation') === 'new',
    'the decision is approve or hold': (answer) =>
      answer.json('decision') === 'approve' || answer.json('decision') === 'hold',
  });
  if (n % EVERY_NTH_AGAIN === 0) {
    check(post(transaction, 'again'), {
      'the same again gets the first decision': (answer) =>
        answer.headers['Idempotent-Replayed'] === 'true' && answer.json('decided_at') === first.json('decided_at'),
    });
  }
  if (n % EVERY_NTH_LOOKED_UP === 0) {
    const url = `${HTTP_URL}/v1/decisions/${transactionId}?account_id=${accountId}`;
    check(http.get(url, { headers, tags: { call: 'look_up', name: 'look up' } }), {
      'a decision can be looked up': (answer) => answer.json('decision') === first.json('decision'),
    });
  }
}

/** Asks, and writes down what was asked and answered, for the audit. */
function post(transaction: object, call: 'decide' | 'again'): Answer {
  const body = JSON.stringify(transaction);
  const answer = http.post(`${HTTP_URL}/v1/decisions`, body, { headers, tags: { call, name: 'decide' } });
  console.log(JSON.stringify({ transaction, status: answer.status, ack: 'state', answer: answer.json() }));
  return answer;
}

/** Instead of k6's own summary: JSON for programs. */
export function handleSummary(data: object): Record<string, string> {
  return { [SUMMARY]: JSON.stringify(data, null, 2) };
}
