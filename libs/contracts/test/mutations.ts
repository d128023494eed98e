import fc from 'fast-check';
import { CARD_NUMBER, validTransaction } from './transactions.ts';

const NUMBER = 'a number that is spelt ';

/** Values that have fooled a validator somewhere. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', ' ', 0, -0, -1, 1, 1.5, 5e-324, 1e12, 1e12 + 1, 2 ** 53, 1e308),
  fc.constantFrom<unknown>(
    ...['1e400', '-1e400', '-0', '9007199254740993', '1e2'].map((spelling) => NUMBER + spelling),
  ),
  fc.constantFrom<unknown>([], [[]], {}, [{}], [null], { length: 1 }, ['EUR'], [['a']], { 0: 'a' }),
  fc.constantFrom<unknown>(
    'a\n',
    '\na',
    'a\ud800',
    'é',
    'e\u0301',
    'a}b',
    'a b',
    'a/b',
    '٣٣٣٣',
    'EUR\n',
    'eur',
    'ＥＵＲ',
  ),
  fc.constantFrom<unknown>(
    CARD_NUMBER,
    `t-${CARD_NUMBER}`,
    '4111-1111-1111-1111',
    '5555555555554444',
    '4111111111111112',
  ),
  fc.constantFrom<unknown>(
    '2026-02-30T00:00:00Z',
    '2024-02-29T00:00:00Z',
    '2026-05-14T24:00:00Z',
    '2026-05-14T09:31:60Z',
  ),
  fc.constantFrom<unknown>(
    '2026-05-14T09:31:07+00:00',
    '2026-05-14t09:31:07z',
    '2026-05-14',
    '2026-05-14T09:31:07.4125Z',
  ),
  fc.constantFrom<unknown>(
    '203.0.113.07',
    '203.0.113',
    '::',
    '::1',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7:8:9',
    '::ffff:1.2.3.4',
  ),
  fc.constantFrom<unknown>(
    'card_present',
    'refund',
    'reversal',
    'AUTHORIZATION',
    'x'.repeat(64),
    'x'.repeat(65),
    '573',
    '57320',
  ),
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.double(),
  fc.jsonValue(),
);

/** Fields of the contract at every level, and names that are none or belong to every object. */
const fieldNames = fc
  .constantFrom(
    'transaction_id account_id occurred_at amount_minor currency event_type channel card_id terminal_id'.split(' '),
    ['event_type', 'original_transaction_id'],
    'merchant device location network_scores id mcc country ip lat lon source value scale'.split(' '),
    ['unknown', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '0', '', 'é', 'then'],
  )
  .chain((names) => fc.constantFrom(...names));

/** `at` picks the object or array to change, anywhere in the tree. */
const mutation = fc.record({
  at: fc.nat(20),
  how: fc.constantFrom('set', 'set an own field', 'delete', 'wrap', 'repeat'),
  field: fc.nat(20),
  name: fieldNames,
  value: nasty,
});

/** Transactions that are valid, or nearly so, as JSON text would carry them. */
export const nearlyValid: fc.Arbitrary<unknown> = fc
  .tuple(validTransaction, fc.array(mutation, { maxLength: 3 }))
  .map(([transaction, mutations]) => mutations.reduce<unknown>(mutate, transaction))
  .map((value) => JSON.parse(withNumbers(JSON.stringify(value))) as unknown);

function mutate(root: unknown, { at, how, field, name, value }: MutationOf<typeof mutation>): unknown {
  const copy = structuredClone(root) as object;
  const nodes = containers(copy);
  const node = nodes[at % nodes.length] as Record<string, unknown>;
  const names = Object.keys(node);
  const own = names[field % Math.max(names.length, 1)];
  if (how === 'set') define(node, name, value);
  if (own === undefined) return copy;
  if (how === 'set an own field') define(node, own, value);
  if (how === 'delete') delete node[own];
  if (how === 'wrap') define(node, own, [node[own]]);
  if (how === 'repeat' && Array.isArray(node[own]))
    define(node, own, Array(9).fill((node[own] as unknown[])[0] ?? value));
  return copy;
}

type MutationOf<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** Numbers that JSON text can spell and `JSON.stringify` does not: nasty values that begin with `NUMBER`. */
function withNumbers(text: string): string {
  return text.replaceAll(new RegExp(`"${NUMBER}([-0-9e]+)"`, 'g'), '$1');
}

/** As `JSON.parse` does it: `__proto__` becomes a field, not the prototype. */
function define(node: object, name: string, value: unknown): void {
  if (Array.isArray(node) && name === 'length') return;
  Object.defineProperty(node, name, { value, writable: true, enumerable: true, configurable: true });
}

function containers(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}
