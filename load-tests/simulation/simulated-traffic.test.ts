import { expect, it } from 'vitest';
import { SeededRandom } from '../seeded-random.ts';
import { LABEL_PARSER, TRANSACTION_PARSER } from './simulated-system.ts';
import { SimulatedTraffic } from './simulated-traffic.ts';

it('what is simulated is what it is meant to be', () => {
  const traffic = new SimulatedTraffic(new SeededRandom(1), 2);
  const first = traffic.transaction();
  const kind = ({ value }: { readonly value: Uint8Array }): string => {
    const parsed = TRANSACTION_PARSER.parse(value);
    return parsed.ok ? parsed.transaction.eventType : parsed.reason;
  };
  const kinds = [first, traffic.contradiction(first), traffic.reversal(first), traffic.broken()].map(kind);
  expect(kinds).toEqual(['authorization', 'authorization', 'reversal', 'malformed']);
  expect(LABEL_PARSER.parse(traffic.label(first).value)).toMatchObject({ ok: true });
  expect(traffic.reversal(first)).toMatchObject({ partition: first.partition });
});
