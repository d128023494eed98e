import { describe, expect, it } from 'vitest';
import { CorruptRecord } from '../account/record-envelope.ts';
import type { EntityChange } from '../entities/entity-change.ts';
import { entityName } from '../entities/entity-ref.ts';
import { TransientFault } from '../faults.ts';
import type { TouchedEntity } from '../entities/entities-touched.ts';
import type { EntityFold } from './entity-fold.ts';
import { foldEntities } from './fold-entities.ts';
import type { PlacedTouch } from './source-reader.ts';

/** An entity's record is the text of what it has learnt, in order. */
const fold: EntityFold<string> = {
  touchedBy: () => [],
  empty: (kind) => `${kind}:`,
  reduce: (state, change, touch) => `${state}${change.identity.low}${touch.role === 'payer' ? 'p' : ''} `,
  decode: (kind, record) => {
    const text = new TextDecoder().decode(record);
    if (text === 'newer') throw new TransientFault('newer_format', 'format 9');
    if (!text.startsWith(`${kind}:`)) throw new CorruptRecord('no record');
    return text;
  },
  encode: (state) => new TextEncoder().encode(state),
};

const change = (low: number): EntityChange => ({
  type: 'transaction',
  identity: { high: 0, low },
  eventTimeMs: low,
  amountMinor: 1,
  currency: 'EUR',
  account: { high: 1, low: 1 },
  entities: { card: null, terminal: null, device: null, ip: null, beneficiary: null },
});
const placed = (touch: TouchedEntity, low: number): PlacedTouch => ({ target: 0, name: entityName(touch), touch, change: change(low) }); // prettier-ignore
const terminal: TouchedEntity = { kind: 'terminal', key: { high: 1, low: 2 }, role: 'subject' };
const paid: TouchedEntity = { kind: 'beneficiary', key: { high: 1, low: 3 }, role: 'subject' };
const payer: TouchedEntity = { ...paid, role: 'payer' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (folded: ReturnType<typeof foldEntities>): string[] =>
  folded.writes.map(({ record }) => new TextDecoder().decode(record));

describe('folding entities', () => {
  it('goes in order, on what was loaded, once for each entity', () => {
    const loaded = bytes('terminal:1 2 ');
    const records = new Map([[entityName(terminal), loaded]]);
    const folded = foldEntities([placed(terminal, 3), placed(paid, 3), placed(terminal, 4)], records, fold);
    expect(texts(folded)).toEqual(['terminal:1 2 3 4 ', 'beneficiary:3 ']);
    expect(folded.writes.map((write) => write.loaded)).toEqual([loaded, null]);
    expect(folded).toMatchObject({ changes: 3, corrupt: [] });
    expect(Object.keys(folded.writes[0] ?? {}).toSorted()).toEqual(['key', 'kind', 'loaded', 'record']);
  });

  it('tells an account what it pays and what it is paid, whichever is first', () => {
    expect(texts(foldEntities([placed(payer, 1), placed(paid, 2), placed(payer, 3)], new Map(), fold))).toEqual([
      'beneficiary:1p 2 3p ',
    ]);
  });

  it('writes a record that it cannot read as it is, and folds the others', () => {
    const records = new Map([[entityName(terminal), bytes('damaged')]]);
    const folded = foldEntities([placed(terminal, 1), placed(paid, 1), placed(terminal, 2)], records, fold);
    expect(texts(folded)).toEqual(['damaged', 'beneficiary:1 ']);
    const { kind, key } = terminal;
    expect(folded).toMatchObject({ changes: 1, corrupt: [{ entity: { kind, key }, reason: 'no record' }] });
  });

  it('waits for a newer release rather than to write over its record', () => {
    const records = new Map([[entityName(terminal), bytes('newer')]]);
    expect(() => foldEntities([placed(terminal, 1)], records, fold)).toThrow(TransientFault);
  });
});
