import fc from 'fast-check';

/** The label of the contract's own example: every field that there is. */
export const LABEL_EXAMPLE = {
  account_id: 'acct-4821',
  transaction_id: 'tx-20260514-0001',
  event_type: 'authorization',
  label: 'fraud',
  source: 'chargeback',
  reported_at: '2026-06-02T11:00:00.000Z',
};

const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/);
const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

/** Any valid label, as a plain object in any order of fields. */
export const validLabel: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      account_id: id,
      transaction_id: id,
      event_type: fc.constant('authorization'),
      label: fc.constantFrom('fraud', 'genuine', 'approved', 'declined', 'challenged'),
      source: id,
      reported_at: time.map((date) => date.toISOString()),
    },
    { requiredKeys: ['account_id', 'transaction_id', 'label', 'source', 'reported_at'] },
  )
  .chain((label) =>
    fc.shuffledSubarray(Object.entries(label), { minLength: Object.keys(label).length }).map(Object.fromEntries),
  );
