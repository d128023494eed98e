import { TransientFault } from '../faults.ts';
import { currencyAt } from './account-header.ts';
import { emptyAccount, type AccountState } from './account-state.ts';
import { newColumns, type EventColumns } from './event-columns.ts';
import { KEY_WORDS, newKeys, type KeyTable } from './key-table.ts';
import { CorruptRecord } from './record-envelope.ts';
import { PARTY } from './surroundings.ts';
import { emptyTimes, foldTime, type TimeOfDayProfile } from './time-of-day-profile.ts';

/**
 * Format 1 of an account's record, which had no labels, no amendments, no time profile, and of an event's surroundings only the counterparty:
 *
 *   8 currency; 11 flags; 12 u32 events folded into the profile
 *  16 eleven f64: watermark, floor, first seen, truncated, overflow; profile's weight, mean, squares, time; time of the first row; least version
 * 104 u32 columns: identity high, identity low, contents, counterparties, seqs, times since the first row, amounts
 *     u16 column: verdicts, u8 columns, each only if a flag says so: fifth bytes of times, fifth bytes of amounts
 *
 * A row's seq is its low 32 bits, or, with `RELATIVE_BIT` in its verdict, how far it lies before the account's version.
 */
const HEADER_BYTES = 104;
const WIDE_TIMES = 1;
const WIDE_AMOUNTS = 2;
const RELATIVE_BIT = 0x8000;
const TWO_32 = 2 ** 32;
const SPARE_ROWS = 4;

/**
 * The state in a record of format 1, with all that it says. The time profile is made anew of the events that the log still has: for an account whose
 * log has them all that is the one that today's reducer would have made. Throws as `decodeAccount` does.
 */
export function decodeVersion1(record: DataView, version: number): AccountState {
  if (record.byteLength < HEADER_BYTES) throw new CorruptRecord('an account record ends in its header');
  const rows = record.getUint16(2, true);
  const flags = record.getUint8(11);
  const leastVersion = record.getFloat64(96, true);
  if (version < leastVersion) {
    throw new TransientFault(
      'torn_read',
      `an account record of version ${leastVersion} or later, read with ${version}`,
    );
  }
  const { bytes, amountsHighAt } = layout(rows, flags);
  if (flags > (WIDE_TIMES | WIDE_AMOUNTS) || record.byteLength !== bytes) {
    throw new CorruptRecord(`${record.byteLength} bytes cannot be an account with ${rows} events`);
  }
  const { events, parties } = readRows(record, { rows, flags, version, amountsHighAt });
  checkOrder(events);
  return {
    ...emptyAccount(),
    currency: currencyAt(record, 8),
    watermarkMs: record.getFloat64(16, true),
    floorMs: record.getFloat64(24, true),
    firstSeenMs: record.getFloat64(32, true),
    truncatedMs: record.getFloat64(40, true),
    overflowMs: record.getFloat64(48, true),
    amountProfile: {
      folded: record.getUint32(12, true),
      weight: record.getFloat64(56, true),
      mean: record.getFloat64(64, true),
      squares: record.getFloat64(72, true),
      atMs: record.getFloat64(80, true),
    },
    timeProfile: timesOf(events),
    events,
    parties,
  };
}

interface Shape {
  readonly rows: number;
  readonly flags: number;
  readonly version: number;
  readonly amountsHighAt: number;
}

function readRows(
  record: DataView,
  { rows, flags, version, amountsHighAt }: Shape,
): { events: EventColumns; parties: KeyTable } {
  const events = newColumns(rows, SPARE_ROWS);
  const originMs = record.getFloat64(88, true);
  const slots = new Map([[0, 0]]);
  const verdictsAt = HEADER_BYTES + 28 * rows;
  for (let row = 0; row < rows; row++) {
    const word = (column: number): number => record.getUint32(HEADER_BYTES + 4 * (column * rows + row), true);
    const timeHigh = (flags & WIDE_TIMES) === 0 ? 0 : record.getUint8(verdictsAt + 2 * rows + row);
    const amountHigh = (flags & WIDE_AMOUNTS) === 0 ? 0 : record.getUint8(amountsHighAt + row);
    const verdict = record.getUint16(verdictsAt + 2 * row, true);
    const seq = word(4);
    events.identityHigh[row] = word(0);
    events.identityLow[row] = word(1);
    events.contents[row] = word(2);
    events.seqs[row] = version - ((verdict & RELATIVE_BIT) === 0 ? (version - seq) >>> 0 : seq);
    events.timesMs[row] = originMs + word(5) + timeHigh * TWO_32;
    events.amountsMinor[row] = word(6) + amountHigh * TWO_32;
    events.verdicts[row] = verdict & ~RELATIVE_BIT;
    const slot = slots.get(word(3)) ?? slots.size;
    slots.set(word(3), slot);
    events.parties[row] = slot;
  }
  return { events, parties: partiesOf(slots) };
}

function partiesOf(slots: ReadonlyMap<number, number>): KeyTable {
  const table = newKeys(slots.size);
  for (const [counterparty, slot] of slots) table.words[KEY_WORDS * slot + PARTY.counterparty] = counterparty;
  return table;
}

function timesOf({ timesMs, seqs, end }: EventColumns): TimeOfDayProfile {
  const inOrder = Array.from({ length: end }, (_, row) => row).sort((a, b) => seqs[a]! - seqs[b]!);
  let profile = emptyTimes();
  let watermarkMs = -Infinity;
  for (const row of inOrder) {
    profile = foldTime(profile, timesMs[row]!, watermarkMs);
    watermarkMs = Math.max(watermarkMs, timesMs[row]!);
  }
  return profile;
}

function layout(rows: number, flags: number): { bytes: number; amountsHighAt: number } {
  const amountsHighAt = HEADER_BYTES + 30 * rows + ((flags & WIDE_TIMES) === 0 ? 0 : rows);
  const end = amountsHighAt + ((flags & WIDE_AMOUNTS) === 0 ? 0 : rows);
  return { bytes: (end + 3) & ~3, amountsHighAt };
}

function checkOrder({ timesMs, seqs, end }: EventColumns): void {
  for (let row = 0; row < end; row++) {
    const isAfter =
      row === 0 ||
      timesMs[row]! > timesMs[row - 1]! ||
      (timesMs[row] === timesMs[row - 1] && seqs[row]! > seqs[row - 1]!);
    if (!isAfter || !(seqs[row]! > 0)) throw new CorruptRecord('the events of an account record are not in order');
  }
}
