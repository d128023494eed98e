import {
  type DecayedProfile,
  type DescribedAccount,
  type DescribedEvent,
  type Hash64,
  hashText,
  type TimeOfDayProfile,
} from '#libs/core';
import { formatCount } from '../progress.ts';
import { amountText } from './amount-text.ts';
import { listTitle, newest, textTable, type TextColumn } from './text-table.ts';
import { tilesText } from './tiles-text.ts';
import { timeText } from './time-text.ts';

/** What is kept of an account beside its state. */
export interface AccountFacts {
  readonly account_id: string;
  readonly partition: number;
  readonly version: number;
  readonly record_bytes: number;
  /** Dedup entries that its log has no room for. */
  readonly overflow: { readonly records: number; readonly entries: number; readonly bytes: number };
}

const EVENT_COLUMNS: readonly TextColumn[] = [
  { name: 'time' },
  { name: 'amount', isNumber: true },
  { name: 'outcome' },
  { name: 'score', isNumber: true },
  { name: 'label' },
  { name: 'reversed' },
  { name: 'mcc' },
  { name: 'country' },
  { name: 'card' },
  { name: 'terminal' },
  { name: 'device' },
  { name: 'ip' },
  { name: 'beneficiary' },
  { name: 'seq', isNumber: true },
];

const AMENDMENT_COLUMNS: readonly TextColumn[] = [
  { name: 'time' },
  { name: 'kind' },
  { name: 'fate' },
  { name: 'of' },
  { name: 'amount', isNumber: true },
  { name: 'seq', isNumber: true },
];

/** An account for people, with its newest `shownEvents` events. */
export function accountText(facts: AccountFacts, account: DescribedAccount, shownEvents: number): string {
  const { events, amendments, tiles, currency } = account;
  const shown = newest(events, shownEvents);
  const lines = [...headLines(facts, account), '', listTitle('Events', shown.length, events.length)];
  lines.push(...textTable(EVENT_COLUMNS, shown.map(eventCells)));
  if (amendments.length > 0) {
    lines.push('', `Labels, outcomes, reversals and refunds (${amendments.length})`);
    lines.push(...textTable(AMENDMENT_COLUMNS, amendmentCells(account)));
  }
  if (tiles.length > 0) lines.push('', 'Pushed out of the log, by window', ...tilesText(tiles, currency));
  return lines.join('\n');
}

function headLines(facts: AccountFacts, account: DescribedAccount): string[] {
  const { account_id: id, partition, version, record_bytes: bytes, overflow } = facts;
  const { currency, firstSeenMs, watermarkMs, floorMs, amendmentFloorMs, truncatedMs, overflowMs } = account;
  const { records, entries, bytes: overflowBytes } = overflow;
  const beside =
    records === 0
      ? 'none'
      : `${formatCount(entries)} entries up to ${timeText(overflowMs)}, ${formatCount(overflowBytes)} bytes in ${records} records`;
  return [
    `Account ${id}, partition ${partition}, version ${version}, ${currency ?? 'no currency yet'}`,
    `  first seen   ${timeText(firstSeenMs)}`,
    `  watermark    ${timeText(watermarkMs)}`,
    `  floors       transactions ${timeText(floorMs)}, labels and reversals ${timeText(amendmentFloorMs)}`,
    `  truncated    ${truncatedMs === null ? 'no' : `yes, up to ${timeText(truncatedMs)}`}`,
    `  record       ${formatCount(bytes)} bytes; overflow ${beside}`,
    `  amounts      ${amountsText(account.amountProfile, currency)}`,
    `  time of day  ${hoursText(account.timeProfile)}`,
  ];
}

function amountsText({ folded, weight, mean, squares }: DecayedProfile, currency: string | null): string {
  if (folded === 0 || currency === null) return 'none yet';
  const deviation = amountText(Math.sqrt(squares / weight), currency);
  return `${formatCount(folded)} folded, mean ${amountText(mean, currency)}, deviation ${deviation} (half-life 30 days)`;
}

function hoursText({ folded, weight, cosines, sines }: TimeOfDayProfile): string {
  if (folded === 0) return 'none yet';
  const minutes = (Math.round((Math.atan2(sines, cosines) / (2 * Math.PI)) * 1_440) + 1_440) % 1_440;
  const hour = String(Math.floor(minutes / 60)).padStart(2, '0');
  const concentration = (Math.hypot(cosines, sines) / weight).toFixed(2);
  return `${formatCount(folded)} folded, around ${hour}:${String(minutes % 60).padStart(2, '0')} UTC, concentration ${concentration} of 1`;
}

function eventCells(event: DescribedEvent): string[] {
  const { card, terminal, device, ip, beneficiary } = event.entities;
  return [
    timeText(event.eventTimeMs),
    amountText(event.amountMinor, event.currency),
    event.outcome,
    event.riskScore === null ? '' : String(event.riskScore),
    event.label ?? '',
    event.reversed ? 'reversed' : '',
    event.category === null ? '' : String(event.category).padStart(4, '0'),
    event.country ?? '',
    ...[card, terminal, device, ip, beneficiary].map(shortHash),
    String(event.seq),
  ];
}

function amendmentCells({ amendments, events, currency }: DescribedAccount): string[][] {
  return amendments.map(({ timeMs, kind, fate, target, amountMinor, seq }) => {
    const event = events.find(({ identity }) => identity.high === target.high && identity.low === target.low);
    // An amount is kept while the amendment waits; of `declined` it is all that is left.
    const isShown = fate === 'pending' && Number.isFinite(amountMinor) && amountMinor > 0 && currency !== null;
    const of = event === undefined ? 'not in the log' : `seq ${event.seq}`;
    return [timeText(timeMs), kind, fate, of, isShown ? amountText(amountMinor, currency) : '', String(seq)];
  });
}

function shortHash(hash: Hash64 | null): string {
  return hash === null ? '' : hashText(hash).slice(0, 8);
}
