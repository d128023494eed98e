import type { TransactionDto } from '../dto/transaction-dto.ts';
import { normaliseWireTime } from '../wire-time.ts';

/**
 * The one text of a valid transaction's content: known fields after defaults in a fixed order, `occurred_at` with milliseconds, no blanks, ASCII.
 * Absent fields, `{}` and `[]` say the same and are left out, so a field that is added to the contract later changes no older text;
 * it must therefore never have a default. -0 is 0. Patterns admit no character that JSON escapes, so strings are quoted as they are.
 */
export function canonicalJson(transaction: TransactionDto, eventTimeMs: number): string {
  const { merchant, device, location, network_scores: scores } = transaction;
  let text = `{"transaction_id":"${transaction.transaction_id}","account_id":"${transaction.account_id}"`;
  text += `,"occurred_at":"${normaliseWireTime(transaction.occurred_at, eventTimeMs)}"`;
  text += `,"amount_minor":${transaction.amount_minor},"currency":"${transaction.currency}"`;
  text += `,"event_type":"${transaction.event_type ?? 'authorization'}"`;
  text += member('channel', transaction.channel);
  text += member('card_id', transaction.card_id);
  text += member('terminal_id', transaction.terminal_id);
  text += member('original_transaction_id', transaction.original_transaction_id);
  if (merchant !== undefined) {
    const inner = member('id', merchant.id) + member('mcc', merchant.mcc) + member('country', merchant.country);
    text += nested('merchant', inner);
  }
  text += member('counterparty_account_id', transaction.counterparty_account_id);
  if (device !== undefined) text += nested('device', member('id', device.id) + member('ip', device.ip));
  if (location !== undefined) text += `,"location":{"lat":${location.lat},"lon":${location.lon}}`;
  if (scores !== undefined && scores.length > 0) text += `,"network_scores":[${scores.map(score).join(',')}]`;
  return `${text}}`;
}

/** Template literals print -0 as 0, and every other finite number as `JSON.stringify` does. */
function score(entry: { readonly source: string; readonly value: number; readonly scale: number }): string {
  return `{"source":"${entry.source}","value":${entry.value},"scale":${entry.scale}}`;
}

function member(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":"${value}"`;
}

function nested(name: string, members: string): string {
  return members === '' ? '' : `,"${name}":{${members.slice(1)}}`;
}
