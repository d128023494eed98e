import { newColumns, rowCount, type EventColumns } from './event-columns.ts';
import { readColumn, scratchColumn, writeColumn } from './packed-column.ts';
import { CorruptRecord } from './record-envelope.ts';
import { readSeqs, writeSeqs, type CodedSeqs, type SeqCoding } from './seq-coding.ts';
import type { SlotOrder } from './slot-order.ts';
import { ValueNumbers } from './value-numbers.ts';
import { restOf, scoreCode, verdictOf } from './verdict.ts';

/*
 * The rows of a log in a record, in columns: times up to the row that follows, or to the account's newest time, amounts, seqs, scores, the rest of verdicts, numbers of places, of parties, of
 * instruments; then, if there are any, the different places in the order in which rows name them, as u32 the least of them and a column of the distances
 * from it. A place's number is 0 for nowhere.
 *
 * What no width can shorten, hashes, ends the record: u32 columns identity high, identity low, contents.
 */

/** Bytes of a row's hashes. */
export const HASH_BYTES = 12;
/** An account that is read is about to get an event or two. */
const SPARE_ROWS = 4;

const placeNumbers = new ValueNumbers();
let placesInOrder = new Uint32Array(64);

/** The tables that rows refer to, in the order in which they are written. */
interface Tables {
  readonly parties: SlotOrder;
  readonly instruments: SlotOrder;
}

/** Writes the columns of a log, but for its hashes, from `at` on and returns where they end. */
export function writeRows(
  record: DataView,
  at: number,
  events: EventColumns,
  { newestMs, tables, coding }: { readonly newestMs: number; readonly tables: Tables; readonly coding: SeqCoding },
): number {
  const { timesMs, amountsMinor, seqs, places, verdicts, first, end } = events;
  const rows = rowCount(events);
  const values = scratchColumn(rows);
  let to = at;
  for (let row = end - 1, nextMs = newestMs; row >= first; row--) {
    values[row - first] = nextMs - timesMs[row]!;
    nextMs = timesMs[row]!;
  }
  to = writeColumn(record, to, rows, values);
  for (let i = 0; i < rows; i++) values[i] = amountsMinor[first + i]!;
  to = writeColumn(record, to, rows, values);
  to = writeSeqs(record, to, { seqs, from: first, to: end }, coding);
  for (let i = 0; i < rows; i++) values[i] = scoreCode(verdicts[first + i]!);
  to = writeColumn(record, to, rows, values);
  for (let i = 0; i < rows; i++) values[i] = restOf(verdicts[first + i]!);
  to = writeColumn(record, to, rows, values);
  const different = numberPlaces(places, { first, end }, values);
  to = writeColumn(record, to, rows, values);
  for (let i = 0; i < rows; i++) values[i] = tables.parties.numberOf(events.parties[first + i]!);
  to = writeColumn(record, to, rows, values);
  for (let i = 0; i < rows; i++) values[i] = tables.instruments.numberOf(events.instruments[first + i]!);
  to = writeColumn(record, to, rows, values);
  return different === 0 ? to : writePlaces(record, to, different);
}

/** Writes the hashes of a log to the end of its record, `at` a multiple of 4. */
export function writeHashes(record: DataView<ArrayBuffer>, at: number, events: EventColumns): void {
  const { identityHigh, identityLow, contents, first, end } = events;
  const rows = rowCount(events);
  const words = new Uint32Array(record.buffer, record.byteOffset + at, 3 * rows);
  for (let into = 0, row = first; row < end; into++, row++) {
    words[into] = identityHigh[row]!;
    words[rows + into] = identityLow[row]!;
    words[2 * rows + into] = contents[row]!;
  }
}

/** What a header says of the rows. */
interface WrittenRows {
  readonly rows: number;
  readonly newestMs: number;
  readonly seqs: CodedSeqs;
}

/** The log whose columns begin at `at`, with its hashes, and where the columns end. Throws `CorruptRecord` for what was not written by the above. */
export function readRows(
  record: DataView,
  at: number,
  { rows, newestMs, seqs }: WrittenRows,
): { events: EventColumns; end: number } {
  const hashesAt = record.byteLength - HASH_BYTES * rows;
  if (hashesAt < at) throw new CorruptRecord(`${record.byteLength} bytes cannot be an account with ${rows} events`);
  const events = newColumns(rows, SPARE_ROWS);
  const { timesMs, amountsMinor, identityHigh, identityLow, contents, verdicts, places, parties, instruments } = events;
  for (let row = 0, from = hashesAt; row < rows; row++, from += 4) {
    identityHigh[row] = record.getUint32(from, true);
    identityLow[row] = record.getUint32(from + 4 * rows, true);
    contents[row] = record.getUint32(from + 8 * rows, true);
  }
  const values = scratchColumn(rows);
  let end = readColumn(record, at, rows, values);
  for (let row = rows - 1, timeMs = newestMs; row >= 0; row--) timesMs[row] = timeMs -= values[row]!;
  end = readColumn(record, end, rows, amountsMinor);
  end = readSeqs(record, end, { seqs: events.seqs, count: rows }, seqs);
  end = readColumn(record, end, rows, values);
  for (let row = 0; row < rows; row++) verdicts[row] = verdictOf(values[row]!, 0);
  end = readColumn(record, end, rows, values);
  for (let row = 0; row < rows; row++) verdicts[row]! |= verdictOf(1, values[row]!);
  end = readColumn(record, end, rows, values);
  let different = 0;
  for (let row = 0; row < rows; row++) different = Math.max(different, (places[row] = values[row]!));
  end = readColumn(record, end, rows, values);
  for (let row = 0; row < rows; row++) parties[row] = values[row]!;
  end = readColumn(record, end, rows, values);
  for (let row = 0; row < rows; row++) instruments[row] = values[row]!;
  return { events, end: different === 0 ? end : readPlaces(record, end, { places, rows, different }) };
}

/** Fills in the numbers of the places of rows and says how many different ones there are. */
function numberPlaces(
  places: Uint32Array,
  { first, end }: { readonly first: number; readonly end: number },
  into: Float64Array,
): number {
  if (placesInOrder.length < end - first) placesInOrder = new Uint32Array(2 * (end - first));
  placeNumbers.clear(end - first);
  for (let row = first; row < end; row++) {
    const place = places[row]!;
    if (place === 0) {
      into[row - first] = 0;
      continue;
    }
    const number = placeNumbers.of(0, place);
    placesInOrder[number] = place;
    into[row - first] = number + 1;
  }
  return placeNumbers.count;
}

function writePlaces(record: DataView, at: number, different: number): number {
  let least = Infinity;
  for (let i = 0; i < different; i++) if (placesInOrder[i]! < least) least = placesInOrder[i]!;
  record.setUint32(at, least, true);
  const distances = scratchColumn(different);
  for (let i = 0; i < different; i++) distances[i] = placesInOrder[i]! - least;
  return writeColumn(record, at + 4, different, distances);
}

/** Puts places where their numbers are. */
function readPlaces(
  record: DataView,
  at: number,
  { places, rows, different }: { readonly places: Uint32Array; readonly rows: number; readonly different: number },
): number {
  if (different > rows || at + 4 > record.byteLength) throw new CorruptRecord('the places of an account record are malformed'); // prettier-ignore
  const least = record.getUint32(at, true);
  const distances = scratchColumn(different);
  const end = readColumn(record, at + 4, different, distances);
  for (let row = 0; row < rows; row++) {
    const number = places[row]!;
    if (number > 0) places[row] = least + distances[number - 1]!;
  }
  return end;
}
