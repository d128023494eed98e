/** A transaction, and what it is answered. `openapi.test.ts` sends the one and receives the others. */
export const TRANSACTION = {
  transaction_id: 'tx-20260514-0001',
  account_id: 'acct-4821',
  occurred_at: '2026-05-14T09:31:07.412Z',
  amount_minor: 129_990,
  currency: 'EUR',
  event_type: 'authorization',
  channel: 'card_not_present',
  card_id: 'c-77',
  terminal_id: 't-9',
  merchant: { id: 'm-310', mcc: '5732', country: 'DE' },
  counterparty_account_id: 'acct-9',
  device: { id: 'd-5', ip: '203.0.113.7' },
  location: { lat: 52.52, lon: 13.4 },
  network_scores: [{ source: 'scheme', value: 42, scale: 99 }],
};

export const DECISION = {
  decision_id: '0222e3fa-6599-5896-a218-a76974df36e0',
  transaction_id: 'tx-20260514-0001',
  account_id: 'acct-4821',
  decision: 'hold',
  risk_score: 620,
  probability: 0.31,
  risk_level: 'elevated',
  reasons: [{ code: 'MODEL_SCORE', text: 'The risk is too high', source: 'model' }],
  rules: [],
  model: { id: 'fake', version: '1.0.0', sha256: 'ab'.repeat(32) },
  feature_set: 'cd'.repeat(32),
  policy_version: 'default-1',
  degraded: false,
  degraded_reasons: [],
  evaluation: 'new',
  hold: { expires_at: '2026-05-17T12:00:00.000Z' },
  occurred_at: '2026-05-14T09:31:07.412Z',
  decided_at: '2026-05-14T12:00:00.000Z',
  late: false,
  timings_ms: { state: 0.612, features: 0.1, model: 0.2, commit: 0.5, total: 1.6 },
};

/** A part of its amount is given back, and what that is answered. */
export const REFUND = {
  transaction_id: 'tx-20260514-0002',
  account_id: 'acct-4821',
  occurred_at: '2026-05-14T11:30:00.000Z',
  amount_minor: 29_990,
  currency: 'EUR',
  event_type: 'refund',
  original_transaction_id: 'tx-20260514-0001',
};

export const REFUND_RECORDED = {
  transaction_id: 'tx-20260514-0002',
  account_id: 'acct-4821',
  event_type: 'refund',
  status: 'recorded',
  matched: true,
  evaluation: 'new',
};

/** A label of that transaction, and what it is answered. */
export const LABEL = {
  account_id: 'acct-4821',
  transaction_id: 'tx-20260514-0001',
  event_type: 'authorization',
  label: 'fraud',
  source: 'chargeback',
  reported_at: '2026-05-14T11:59:00.000Z',
};

export const LABEL_RECORDED = { ...LABEL, status: 'recorded', matched: true };
export const LABEL_DUPLICATE = { ...LABEL, status: 'duplicate', matched: true };

/** What the account is known by after that transaction; `features` has 40, here are three. */
export const ACCOUNT_FEATURES_READ = {
  account_id: 'acct-4821',
  at: '2026-05-14T09:31:07.412Z',
  version: 1,
  currency: 'EUR',
  first_seen: '2026-05-14T09:31:07.412Z',
  watermark: '2026-05-14T09:31:07.412Z',
  floor: null,
  log_truncated: false,
  history_incomplete_until: null,
  events: 1,
  amendments_waiting: 0,
  features: [
    {
      number: 1,
      name: 'log_amount',
      unit: 'ln(1+major)',
      window_s: null,
      value: null,
      asks_transaction: true,
      support: null,
    },
    {
      number: 9,
      name: 'acct_cnt_24h',
      unit: 'count',
      window_s: 86_400,
      value: 1,
      asks_transaction: false,
      support: { events: 1, covered_s: 0, exact: true },
    },
    {
      number: 13,
      name: 'acct_sum_24h',
      unit: 'ln(1+major)',
      window_s: 86_400,
      value: 7.1708117,
      asks_transaction: false,
      support: { events: 1, covered_s: 0, exact: true },
    },
  ],
};

export const DUPLICATE = { ...DECISION, evaluation: 'duplicate' };

export const EXPIRED = {
  decision_id: DECISION.decision_id,
  transaction_id: DECISION.transaction_id,
  account_id: DECISION.account_id,
  decision: DECISION.decision,
  risk_score: DECISION.risk_score,
  evaluation: 'duplicate',
  detail: 'expired',
};
