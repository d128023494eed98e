import type { FieldFault } from '#libs/contracts';
import { ID_PATTERN, parseWireTime } from '#libs/contracts';
import type { Identity } from '#libs/core';
import type { Request } from './http-types.ts';

/** What must have happened to a decision before it is answered. */
export type Acknowledgement = 'state' | 'replica' | 'log';

export interface RequestOptions {
  readonly deadlineMs: number;
  readonly ack: Acknowledgement;
  /** Whether the caller asked for `ack`, and so is told that it was honoured. */
  readonly ackAsked: boolean;
}

/** A value, or what is wrong with headers or parameters. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fields: readonly FieldFault[] };

const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = ['state', 'replica', 'log'];
const ACK_PREFERENCE = /^\s*ack\s*=\s*"?([^";]*)"?\s*(;.*)?$/i;

/**
 * Reads `X-Deadline-Ms` and `Prefer`. A deadline above the limit is the limit. Unknown preferences are ignored, as RFC 7240 has it, but not an
 * unknown `ack`: who asks for more durability than there is must not take silence for it.
 */
export function readRequestOptions(
  headers: Request['headers'],
  limits: { readonly defaultDeadlineMs: number; readonly maxDeadlineMs: number },
): Read<RequestOptions> {
  const fields: FieldFault[] = [];
  const deadline = headers['x-deadline-ms'];
  let deadlineMs = limits.defaultDeadlineMs;
  if (deadline !== undefined) {
    deadlineMs = typeof deadline === 'string' && /^[1-9]\d{0,8}$/.test(deadline) ? Number(deadline) : Number.NaN;
    if (Number.isNaN(deadlineMs)) {
      fields.push({ field: 'X-Deadline-Ms', code: 'format', message: 'A whole number of milliseconds, 1 or more.' });
    }
  }
  const asked = [headers['prefer'] ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((preference) => ACK_PREFERENCE.exec(preference)?.[1]?.trim())
    .find((value) => value !== undefined);
  const ack = ACKNOWLEDGEMENTS.find((value) => value === asked);
  if (asked !== undefined && ack === undefined) {
    fields.push({ field: 'Prefer', code: 'value', message: `ack is one of ${ACKNOWLEDGEMENTS.join(', ')}.` });
  }
  if (fields.length > 0) return { ok: false, fields };
  return {
    ok: true,
    value: {
      deadlineMs: Math.min(deadlineMs, limits.maxDeadlineMs),
      ack: ack ?? 'state',
      ackAsked: ack !== undefined,
    },
  };
}

/** Reads which transaction a look-up is about. */
export function readIdentity(params: unknown, query: unknown): Read<Identity> {
  const { transaction_id: transactionId } = params as Readonly<Record<string, unknown>>;
  const { account_id: accountId, event_type: eventType = 'authorization' } = query as Readonly<Record<string, unknown>>;
  const fields: FieldFault[] = [];
  if (!isId(transactionId)) fields.push(notAnId('transaction_id'));
  if (accountId === undefined) {
    fields.push({ field: 'account_id', code: 'required', message: 'A query parameter that is needed.' });
  } else if (!isId(accountId)) fields.push(notAnId('account_id'));
  if (eventType !== 'authorization') {
    fields.push({ field: 'event_type', code: 'unsupported', message: 'Only authorizations are decided for now.' });
  }
  if (!isId(transactionId) || !isId(accountId) || fields.length > 0) return { ok: false, fields };
  return { ok: true, value: { accountId, transactionId, eventType: 'authorization' } };
}

/** What is asked of an account. */
export interface AccountQuestion {
  readonly accountId: string;
  /** null for its watermark. */
  readonly atMs: number | null;
  readonly withState: boolean;
}

/** Reads which account is asked, and as of when. */
export function readAccountQuestion(params: unknown, query: unknown): Read<AccountQuestion> {
  const { account_id: accountId } = params as Readonly<Record<string, unknown>>;
  const { at, include } = query as Readonly<Record<string, unknown>>;
  const atMs = typeof at === 'string' ? parseWireTime(at) : at === undefined ? null : Number.NaN;
  const fields: FieldFault[] = [];
  if (!isId(accountId)) fields.push(notAnId('account_id'));
  if (Number.isNaN(atMs))
    fields.push({ field: 'at', code: 'format', message: 'RFC 3339 in UTC, at most milliseconds.' });
  if (include !== undefined && include !== 'state') {
    fields.push({ field: 'include', code: 'value', message: 'Only state can be included.' });
  }
  if (!isId(accountId) || fields.length > 0) return { ok: false, fields };
  return { ok: true, value: { accountId, atMs, withState: include === 'state' } };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value);
}

function notAnId(field: string): FieldFault {
  return { field, code: 'format', message: '1 to 64 of A-Z a-z 0-9 . _ : -' };
}
