import { assert } from '../faults.ts';
import type { AccountState } from './account-state.ts';

/**
 * The fixed part of an account's record, after the envelope, which has the number of rows in bytes 2-3:
 *
 *   8 currency, 3 ASCII letters or zeros; 11 zero
 *  12 u32 events folded into the amount profile, u32 into the time profile
 *  20 u8 widths of the packed columns: times, amounts, seqs, places, parties, instruments; u8 whether there are tiles; 27 zero
 *  28 u16 entries: parties, instruments, amendments, those of them that are pending; 36 four zeros
 *  40 sixteen f64: watermark, floor, first seen, truncated, overflow, amendment floor; amount profile's weight, mean, squares, time; time profile's
 *     weight, cosines, sines; time of the first row, least seq, and the least version that the account can have with this record
 */
export const HEADER_BYTES = 168;

/** The packed columns of a log, in their order. */
export const PACKED = ['times', 'amounts', 'seqs', 'places', 'parties', 'instruments'] as const;

/** Bytes of a value in each packed column. */
export type PackedWidths = Readonly<Record<(typeof PACKED)[number], number>>;

/** What a record says of itself, beside the state's scalars. */
export interface AccountHeader {
  readonly rows: number;
  readonly widths: PackedWidths;
  readonly parties: number;
  readonly instruments: number;
  readonly amendments: number;
  readonly pendingAmendments: number;
  readonly hasTiles: boolean;
  readonly originMs: number;
  readonly leastSeq: number;
  readonly leastVersion: number;
}

/** The part of a state that the header holds. */
export type AccountScalars = Omit<AccountState, 'events' | 'parties' | 'instruments' | 'amendments' | 'tiles'>;

/** Writes all of the header but for the envelope's part of it. */
export function writeAccountHeader(view: DataView, state: AccountScalars, header: AccountHeader): void {
  const { currency, amountProfile, timeProfile } = state;
  assert(currency.length === 0 || currency.length === 3, 'a currency has three letters');
  assert(header.rows <= 0xffff, 'a log fits in its record');
  view.setUint16(2, header.rows, true);
  for (let at = 0; at < currency.length; at++) view.setUint8(8 + at, currency.charCodeAt(at));
  view.setUint32(12, amountProfile.folded, true);
  view.setUint32(16, timeProfile.folded, true);
  const { widths } = header;
  view.setUint8(20, widths.times);
  view.setUint8(21, widths.amounts);
  view.setUint8(22, widths.seqs);
  view.setUint8(23, widths.places);
  view.setUint8(24, widths.parties);
  view.setUint8(25, widths.instruments);
  view.setUint8(26, header.hasTiles ? 1 : 0);
  view.setUint16(28, header.parties, true);
  view.setUint16(30, header.instruments, true);
  view.setUint16(32, header.amendments, true);
  view.setUint16(34, header.pendingAmendments, true);
  view.setFloat64(40, state.watermarkMs, true);
  view.setFloat64(48, state.floorMs, true);
  view.setFloat64(56, state.firstSeenMs, true);
  view.setFloat64(64, state.truncatedMs, true);
  view.setFloat64(72, state.overflowMs, true);
  view.setFloat64(80, state.amendmentFloorMs, true);
  view.setFloat64(88, amountProfile.weight, true);
  view.setFloat64(96, amountProfile.mean, true);
  view.setFloat64(104, amountProfile.squares, true);
  view.setFloat64(112, amountProfile.atMs, true);
  view.setFloat64(120, timeProfile.weight, true);
  view.setFloat64(128, timeProfile.cosines, true);
  view.setFloat64(136, timeProfile.sines, true);
  view.setFloat64(144, header.originMs, true);
  view.setFloat64(152, header.leastSeq, true);
  view.setFloat64(160, header.leastVersion, true);
}

/** What a record that is at least as long as its header says of itself. */
export function readAccountHeader(view: DataView): AccountHeader {
  return {
    rows: view.getUint16(2, true),
    widths: {
      times: view.getUint8(20),
      amounts: view.getUint8(21),
      seqs: view.getUint8(22),
      places: view.getUint8(23),
      parties: view.getUint8(24),
      instruments: view.getUint8(25),
    },
    hasTiles: view.getUint8(26) !== 0,
    parties: view.getUint16(28, true),
    instruments: view.getUint16(30, true),
    amendments: view.getUint16(32, true),
    pendingAmendments: view.getUint16(34, true),
    originMs: view.getFloat64(144, true),
    leastSeq: view.getFloat64(152, true),
    leastVersion: view.getFloat64(160, true),
  };
}

/** The state's scalars in a header. */
export function readScalars(view: DataView): AccountScalars {
  return {
    currency: currencyAt(view, 8),
    watermarkMs: view.getFloat64(40, true),
    floorMs: view.getFloat64(48, true),
    firstSeenMs: view.getFloat64(56, true),
    truncatedMs: view.getFloat64(64, true),
    overflowMs: view.getFloat64(72, true),
    amendmentFloorMs: view.getFloat64(80, true),
    amountProfile: {
      folded: view.getUint32(12, true),
      weight: view.getFloat64(88, true),
      mean: view.getFloat64(96, true),
      squares: view.getFloat64(104, true),
      atMs: view.getFloat64(112, true),
    },
    timeProfile: {
      folded: view.getUint32(16, true),
      weight: view.getFloat64(120, true),
      cosines: view.getFloat64(128, true),
      sines: view.getFloat64(136, true),
    },
  };
}

/** Three letters, or '' where the first is 0. */
export function currencyAt(view: DataView, at: number): string {
  const first = view.getUint8(at);
  return first === 0 ? '' : String.fromCharCode(first, view.getUint8(at + 1), view.getUint8(at + 2));
}
