import {
  ACCOUNT_TILES,
  addToTiles,
  amendmentTableOf,
  columnsOf,
  emptyTiles,
  expireTiles,
  KEY_WORDS,
  NO_CATEGORY,
  type AccountState,
  type Hash64,
  type KeyTable,
  type Tiles,
} from '#libs/core';
import { keyText, type KnownAmendmentEvent, type KnownEvent, type Past } from './past.ts';

/** The part of a state that no vector reads. */
export interface Bookkeeping {
  readonly floorMs: number;
  readonly overflowMs: number;
  readonly amendments: readonly KnownAmendmentEvent[];
  readonly amendmentFloorMs: number;
}

/** The engine's form of what an oracle knows, so that both can be encoded and compared. */
export function stateOf(past: Past, { amendments, ...times }: Bookkeeping): AccountState {
  const { history, log, cutOff } = past;
  const currency = history[0]?.currency ?? '';
  const parties = tableOf(log.map((row) => partyOf(row, currency)), (row) => past.beneficiaries.get(keyText(log[row]?.entities.beneficiary ?? null) ?? '')); // prettier-ignore
  const instruments = tableOf(log.map(instrumentOf), (row) => past.devices.get(keyText(log[row]?.entities.device ?? null) ?? '')); // prettier-ignore
  const timesOf = (events: readonly { eventTimeMs: number }[]): number[] => events.map(({ eventTimeMs }) => eventTimeMs); // prettier-ignore
  return {
    ...times,
    currency,
    watermarkMs: Math.max(...timesOf(history)),
    firstSeenMs: Math.min(...timesOf(history)),
    truncatedMs: Math.max(...timesOf(cutOff)),
    amountProfile: past.amounts,
    timeProfile: past.times,
    amendments: amendmentTableOf(amendments),
    tiles: tilesOf(cutOff, currency, Math.max(...timesOf(history))),
    parties: parties.table,
    instruments: instruments.table,
    events: columnsOf({
      timesMs: Float64Array.from(timesOf(log)),
      amountsMinor: Float64Array.from(log, (row) => row.leftMinor ?? 0),
      seqs: Float64Array.from(log, (row) => row.seq),
      identityHigh: Uint32Array.from(log, (row) => row.identity.high),
      identityLow: Uint32Array.from(log, (row) => row.identity.low),
      contents: Uint32Array.from(log, (row) => row.content),
      places: Uint32Array.from(log, (row) => row.place),
      verdicts: Uint16Array.from(log, (row) => packed(row, currency)),
      parties: Uint16Array.from(parties.slots),
      instruments: Uint16Array.from(instruments.slots),
    }),
  };
}

function packed({ riskScore, outcome, currency, label, leftMinor }: KnownEvent, own: string): number {
  return (
    (riskScore ?? 2047) +
    (outcome === 'hold' ? 2048 : 0) +
    (currency === own ? 0 : 4096) +
    (label === 'fraud' ? 8192 : 0) +
    (label === 'genuine' ? 16384 : 0) +
    (leftMinor === null ? 32768 : 0)
  );
}

function partyOf({ counterparty, category, country, currency, entities }: KnownEvent, own: string): number[] {
  const merchant = country * 65_536 + (category === NO_CATEGORY ? 0 : category + 1);
  const other = currency === own ? 0 : [0, 1, 2].reduce((word, at) => word * 256 + currency.charCodeAt(at), 0);
  return [counterparty, ...wordsOf(entities.terminal), ...wordsOf(entities.beneficiary), merchant, other];
}

function instrumentOf({ entities }: KnownEvent): number[] {
  return [...wordsOf(entities.card), ...wordsOf(entities.device), ...wordsOf(entities.ip), 0];
}

function wordsOf(key: Hash64 | null): number[] {
  return key === null ? [0, 0] : [key.high, key.low];
}

/** Tiles of everything that the cap cut off, at once. */
function tilesOf(cutOff: readonly KnownEvent[], own: string, watermarkMs: number): Tiles {
  const added = cutOff.reduce((tiles, { eventTimeMs, leftMinor, currency }) => {
    const amountMinor = currency === own ? (leftMinor ?? 0) : 0;
    return addToTiles(tiles, { timeMs: eventTimeMs, count: 1, amountMinor }, watermarkMs);
  }, emptyTiles(ACCOUNT_TILES));
  return expireTiles(added, watermarkMs);
}

/** A slot for each different list of words; slot 0 for zeros. */
function tableOf(
  lists: readonly (readonly number[])[],
  firstMsOf: (row: number) => number | undefined,
): { table: KeyTable; slots: number[] } {
  const none = Array.from({ length: KEY_WORDS }, () => 0);
  const texts = [...new Set([none, ...lists].map((words) => words.join()))];
  const firstMs = texts.map((text) => firstMsOf(lists.findIndex((words) => words.join() === text)) ?? NaN);
  return {
    table: {
      slots: texts.length,
      words: Uint32Array.from(texts.flatMap((text) => text.split(',').map(Number))),
      firstMs: Float64Array.from(firstMs),
    },
    slots: lists.map((words) => texts.indexOf(words.join())),
  };
}
