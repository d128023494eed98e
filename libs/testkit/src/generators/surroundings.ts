import fc from 'fast-check';
import { NO_CATEGORY, NOWHERE, type AccountEvent, type Hash64 } from '#libs/core';

const key = (seed: number): Hash64 => ({ high: Math.imul(seed, 0x9e3779b1) >>> 0, low: Math.imul(seed + 1, 0x85ebca6b) >>> 0 }); // prettier-ignore

/** So few of each that events share them; some with equal halves, some with a zero half. */
const keys = (kind: number): fc.Arbitrary<Hash64 | null> =>
  fc.constantFrom<Hash64 | null>(null, null, key(kind), key(kind + 1), { high: 0, low: 7 }, { high: 7, low: 0 });

/** Great circles of nothing, half a kilometre, some hundred, half the earth. */
const places = fc.constantFrom(NOWHERE, NOWHERE, 1, 2, 2 ** 31 - 1, 1 + 25_000 * 65_536 + 40_000, 1 + 25_000 * 65_536 + 40_100); // prettier-ignore

const parties = fc.record({
  terminal: keys(10),
  beneficiary: keys(20),
  category: fc.constantFrom(NO_CATEGORY, 0, 5411, 9999),
  country: fc.constantFrom(0, 0x4652, 0x5553),
  counterparty: fc.constantFrom<number | 'same'>(0, 1, 2, 2 ** 32 - 1, 'same', 'same'),
});

const instruments = fc.record({ card: keys(30), device: keys(40), ip: keys(50) });

/** What an event says of its surroundings: from so few that events share them, and with nothing as often as not. */
export const surroundings: fc.Arbitrary<
  Pick<AccountEvent, 'category' | 'country' | 'place' | 'counterparty' | 'entities'>
> = fc.tuple(parties, instruments, places, fc.nat(3)).map(([party, instrument, place, bare]) => {
  const { category, country, terminal, beneficiary } = party;
  const same = beneficiary ?? terminal;
  const folded = same === null ? 0 : (same.high ^ same.low) >>> 0 || 1;
  const counterparty = party.counterparty === 'same' ? folded : party.counterparty;
  const { card, device, ip } = bare === 0 ? { card: null, device: null, ip: null } : instrument;
  return { category, country, place, counterparty, entities: { card, terminal, device, ip, beneficiary } };
});
