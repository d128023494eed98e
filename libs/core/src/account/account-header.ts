import { assert } from '../faults.ts';
import type { AccountState } from './account-state.ts';
import { CorruptRecord } from './record-envelope.ts';

/*
 * The first part of an account's record, after the envelope, which has the number of rows in bytes 2-3:
 *
 *   8 currency, 3 ASCII letters or zeros; 11 u8 whether there are tiles
 *  12 u32 events folded into the amount profile
 *  16 u16 entries: parties, instruments, amendments, those of them that are pending
 *  24 u16 *mask*: which of sixteen scalars are written, the first in the lowest bit
 *  26 the written scalars, f64, in the order of `writeAccountHeader`. Left out are those that are what they usually are.
 */
const FIXED_BYTES = 26;
/** The most bytes that a header has. */
export const MOST_HEADER_BYTES = FIXED_BYTES + 16 * 8;

/** What a record says of itself, beside the state's scalars. */
export interface AccountHeader {
  readonly rows: number;
  readonly parties: number;
  readonly instruments: number;
  readonly amendments: number;
  readonly pendingAmendments: number;
  readonly hasTiles: boolean;
  readonly leastSeq: number;
  /** The least version that the account can have with this record. */
  readonly leastVersion: number;
}

/** The part of a state that the header holds. */
export type AccountScalars = Omit<AccountState, 'events' | 'parties' | 'instruments' | 'amendments' | 'tiles'>;

/** Writes all of the header but for the envelope's part of it, and returns where it ends. */
export function writeAccountHeader(view: DataView, state: AccountScalars, header: AccountHeader): number {
  const { currency, amountProfile, timeProfile } = state;
  assert(currency.length === 0 || currency.length === 3, 'a currency has three letters');
  assert(header.rows <= 0xffff, 'a log fits in its record');
  view.setUint16(2, header.rows, true);
  for (let at = 0; at < 3; at++) view.setUint8(8 + at, currency === '' ? 0 : currency.charCodeAt(at));
  view.setUint8(11, header.hasTiles ? 1 : 0);
  view.setUint32(12, amountProfile.folded, true);
  view.setUint16(16, header.parties, true);
  view.setUint16(18, header.instruments, true);
  view.setUint16(20, header.amendments, true);
  view.setUint16(22, header.pendingAmendments, true);
  let mask = 0;
  let bit = 1;
  let end = FIXED_BYTES;
  const put = (value: number, usually: number): void => {
    if (!Object.is(value, usually)) {
      view.setFloat64(end, value, true);
      end += 8;
      mask |= bit;
    }
    bit <<= 1;
  };
  put(header.leastSeq, 0);
  put(header.leastVersion, 0);
  put(state.firstSeenMs, Infinity);
  put(state.watermarkMs, -Infinity);
  put(state.floorMs, -Infinity);
  put(state.truncatedMs, -Infinity);
  put(state.overflowMs, -Infinity);
  put(state.amendmentFloorMs, -Infinity);
  put(amountProfile.weight, 0);
  put(amountProfile.mean, 0);
  put(amountProfile.squares, 0);
  put(amountProfile.atMs, state.watermarkMs);
  put(timeProfile.folded, amountProfile.folded);
  put(timeProfile.weight, amountProfile.weight);
  put(timeProfile.cosines, 0);
  put(timeProfile.sines, 0);
  view.setUint16(24, mask, true);
  return end;
}

/** The header of a record, the state's scalars in it, and where it ends. Throws `CorruptRecord` when that is too late. */
export function readAccountHeader(view: DataView): { header: AccountHeader; scalars: AccountScalars; end: number } {
  if (view.byteLength < FIXED_BYTES) throw new CorruptRecord('an account record ends in its header');
  let mask = view.getUint16(24, true);
  let end = FIXED_BYTES;
  const take = (usually: number): number => {
    const isWritten = (mask & 1) !== 0;
    mask >>>= 1;
    if (!isWritten) return usually;
    if (end + 8 > view.byteLength) throw new CorruptRecord('an account record ends in its header');
    end += 8;
    return view.getFloat64(end - 8, true);
  };
  const folded = view.getUint32(12, true);
  const header = {
    rows: view.getUint16(2, true),
    hasTiles: view.getUint8(11) !== 0,
    parties: view.getUint16(16, true),
    instruments: view.getUint16(18, true),
    amendments: view.getUint16(20, true),
    pendingAmendments: view.getUint16(22, true),
    leastSeq: take(0),
    leastVersion: take(0),
  };
  const firstSeenMs = take(Infinity);
  const watermarkMs = take(-Infinity);
  const [floorMs, truncatedMs, overflowMs, amendmentFloorMs] = [take(-Infinity), take(-Infinity), take(-Infinity), take(-Infinity)]; // prettier-ignore
  const amountProfile = { folded, weight: take(0), mean: take(0), squares: take(0), atMs: take(watermarkMs) };
  const timeProfile = { folded: take(folded), weight: take(amountProfile.weight), cosines: take(0), sines: take(0) };
  const currency = currencyAt(view, 8);
  return {
    header,
    scalars: { currency, watermarkMs, floorMs, firstSeenMs, truncatedMs, overflowMs, amendmentFloorMs, amountProfile, timeProfile }, // prettier-ignore
    end,
  };
}

/** Three letters, or '' where the first is 0. */
export function currencyAt(view: DataView, at: number): string {
  const first = view.getUint8(at);
  return first === 0 ? '' : String.fromCharCode(first, view.getUint8(at + 1), view.getUint8(at + 2));
}
