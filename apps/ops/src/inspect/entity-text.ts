import { type DescribedEntity, type DescribedRow, type EntityKind, hashText } from '#libs/core';
import { formatCount } from '../progress.ts';
import { amountText } from './amount-text.ts';
import { listTitle, newest, textTable, type TextColumn } from './text-table.ts';
import { tilesText } from './tiles-text.ts';
import { timeText } from './time-text.ts';

/** What is kept of an entity beside its state. */
export interface EntityFacts {
  readonly kind: EntityKind;
  /** As it is hashed: of an address its network. */
  readonly id: string;
  /** The hash under which its record is kept. */
  readonly key: string;
  readonly partition: number;
  readonly record_bytes: number;
}

const NAMES: Readonly<Record<EntityKind, string>> = {
  card: 'Card',
  terminal: 'Terminal',
  device: 'Device',
  ip: 'Network',
  beneficiary: 'Beneficiary',
};

const ROW_COLUMNS: readonly TextColumn[] = [
  { name: 'time' },
  { name: 'amount', isNumber: true },
  { name: 'label' },
  { name: 'reversed' },
];

const DAY_COLUMNS: readonly TextColumn[] = [
  { name: 'day' },
  { name: 'transactions', isNumber: true },
  { name: 'genuine', isNumber: true },
  { name: 'frauds', isNumber: true },
];

/** An entity for people, with the newest `shownEvents` of each list. */
export function entityText(facts: EntityFacts, entity: DescribedEntity, shownEvents: number): string {
  const { log, sent, ids, days, tiles } = entity;
  const lines = headLines(facts, entity);
  const isPaid = facts.kind === 'beneficiary';
  if (log !== null) lines.push('', ...rowLines(isPaid ? 'Paid to it' : 'Transactions', log, shownEvents));
  if (sent !== null) lines.push('', ...rowLines('Paid by it', sent, shownEvents));
  if (ids !== null) {
    const seen = newest(ids.seen, shownEvents);
    const rows = seen.map(({ id, lastSeenMs }) => [hashText(id), timeText(lastSeenMs)]);
    lines.push('', listTitle(`Hashes of ${ids.of} by when they were seen last`, seen.length, ids.seen.length));
    lines.push(...textTable([{ name: 'hash' }, { name: 'last seen' }], rows));
  }
  if (days.length > 0) {
    const rows = days.map(({ dayMs, transactions, genuine, frauds }) => {
      return [timeText(dayMs).slice(0, 10), ...[transactions, genuine, frauds].map(String)];
    });
    lines.push('', 'Known by day of the transaction', ...textTable(DAY_COLUMNS, rows));
  }
  if (tiles.length > 0) {
    lines.push('', log === null ? 'Transactions by window' : 'Pushed out of the log, by window');
    lines.push(...tilesText(tiles, null));
  }
  return lines.join('\n');
}

function headLines({ kind, id, key, partition, record_bytes: bytes }: EntityFacts, entity: DescribedEntity): string[] {
  const { firstSeenMs, newestMs, truncatedMs, folded, mark } = entity;
  return [
    `${NAMES[kind]} ${id}, hash ${key}, partition ${partition}`,
    `  first seen   ${timeText(firstSeenMs)}`,
    `  newest       ${timeText(newestMs)}`,
    `  changes      ${formatCount(folded)}, mark ${mark.toString(16).padStart(8, '0')}`,
    `  truncated    ${truncatedMs === null ? 'no' : `yes, up to ${timeText(truncatedMs)}`}`,
    `  record       ${formatCount(bytes)} bytes`,
  ];
}

function rowLines(title: string, rows: readonly DescribedRow[], shownEvents: number): string[] {
  const shown = newest(rows, shownEvents);
  const cells = shown.map(({ eventTimeMs, amountMinor, currency, label, reversed }) => [
    timeText(eventTimeMs),
    amountMinor === null || currency === null ? '' : amountText(amountMinor, currency),
    label ?? '',
    reversed === true ? 'reversed' : '',
  ]);
  return [listTitle(title, shown.length, rows.length), ...textTable(ROW_COLUMNS, cells)];
}
