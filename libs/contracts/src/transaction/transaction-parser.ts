import type { RejectionReason, Transaction } from '#libs/core';
import { TransactionDto } from '../dto/transaction-dto.ts';
import type { FieldFault } from '../field-fault.ts';
import { networkOf } from '../ip-address.ts';
import { compileValidator } from '../schema.ts';
import { parseWireTime } from '../wire-time.ts';
import { canonicalJson } from './canonical-json.ts';
import { fieldFaults } from './field-faults.ts';
import { isObject, readJsonObject } from './json-bytes.ts';
import { countUnknownFields } from './unknown-fields.ts';

/** A body of more parts (a full transaction has 45) gets its first fault only: to find all in 16 KiB of nonsense takes milliseconds. */
const MAX_EXPLAINED_PARTS = 100;

/** Why some bytes are no transaction that can be decided. */
export type ParseFailure = Extract<
  RejectionReason,
  'malformed' | 'oversized' | 'invalid_transaction' | 'unsupported_event_type'
>;

export type ParsedTransaction =
  /** `unknownFields`: how many fields were ignored. */
  | { readonly ok: true; readonly transaction: Transaction; readonly unknownFields: number }
  /** `fields` names at least one fault; the field is '' where the body as a whole is at fault. */
  | { readonly ok: false; readonly reason: ParseFailure; readonly fields: readonly FieldFault[] };

export interface TransactionParserOptions {
  /** HTTP refuses a field that it does not know, Kafka ignores and counts it: a newer producer must not stop an older consumer. */
  readonly unknownFields: 'refuse' | 'ignore';
  /** Refuse ids that contain a card number. Off only where numeric ids look like card numbers and none can come. */
  readonly refuseCardNumbers: boolean;
}

/** Turns what came through a door into a transaction. Pure; never throws, whatever comes. */
export interface TransactionParser {
  /** An HTTP body or a Kafka value; null is a value that is not there. */
  parse(bytes: Uint8Array | null): ParsedTransaction;
  /** A value that was parsed elsewhere from bounded JSON, such as one item of a batch. */
  parseObject(value: unknown): ParsedTransaction;
}

/** Compiles a parser; do it once, at start (it takes some 20 ms). */
export function createTransactionParser(options: TransactionParserOptions): TransactionParser {
  const isTransaction = compileValidator(TransactionDto, { ...options, allErrors: false });
  const explain = compileValidator(TransactionDto, { ...options, allErrors: true });
  const ignoresUnknown = options.unknownFields === 'ignore';

  const parseObject = (value: unknown): ParsedTransaction => {
    if (!isObject(value)) {
      return refused('malformed', [{ field: '', code: 'not_an_object', message: 'The JSON value is not an object.' }]);
    }
    const eventType = (value as { event_type?: unknown }).event_type;
    if (eventType === 'reversal' || eventType === 'refund') {
      const message = 'Only authorizations are decided for now.';
      return refused('unsupported_event_type', [{ field: 'event_type', code: 'unsupported', message }]);
    }
    if (!isTransaction(value)) {
      const first = isTransaction.errors ?? [];
      const isSmall = countParts(value, MAX_EXPLAINED_PARTS) <= MAX_EXPLAINED_PARTS;
      if (isSmall) explain(value);
      return refused('invalid_transaction', fieldFaults((isSmall && explain.errors) || first));
    }
    return {
      ok: true,
      transaction: toTransaction(value),
      unknownFields: ignoresUnknown ? countUnknownFields(value) : 0,
    };
  };

  const parse = (bytes: Uint8Array | null): ParsedTransaction => {
    const json = readJsonObject(bytes);
    return json.ok ? parseObject(json.value) : refused(json.reason, [json.fault]);
  };
  return { parse, parseObject };
}

/** The core's transaction of a valid DTO. `canonical` is given when the text is known already. */
export function toTransaction(dto: TransactionDto, canonical?: string): Transaction {
  const eventTimeMs = parseWireTime(dto.occurred_at);
  return {
    accountId: dto.account_id,
    transactionId: dto.transaction_id,
    eventType: 'authorization',
    eventTimeMs,
    // -0 is a number to JSON and equals 0; the sum is 0.
    amountMinor: dto.amount_minor + 0,
    currency: dto.currency,
    originalTransactionId: dto.original_transaction_id,
    counterpartyId: dto.counterparty_account_id ?? dto.merchant?.id ?? dto.terminal_id,
    merchantCategory: dto.merchant?.mcc === undefined ? undefined : Number(dto.merchant.mcc),
    country: dto.merchant?.country,
    place: dto.location === undefined ? undefined : { lat: dto.location.lat + 0, lon: dto.location.lon + 0 },
    entities: {
      card: dto.card_id,
      terminal: dto.terminal_id ?? dto.merchant?.id,
      device: dto.device?.id,
      ip: dto.device?.ip === undefined ? undefined : networkOf(dto.device.ip),
      beneficiary: dto.counterparty_account_id,
    },
    canonicalJson: canonical ?? canonicalJson(dto, eventTimeMs),
  };
}

/** Objects, arrays and values within `value`, itself not counted; stops soon after `limit`. */
function countParts(value: object, limit: number): number {
  let count = 0;
  for (const part of Object.values(value) as unknown[]) {
    count += 1;
    if (typeof part === 'object' && part !== null) count += countParts(part, limit - count);
    if (count > limit) break;
  }
  return count;
}

function refused(reason: ParseFailure, fields: readonly FieldFault[]): ParsedTransaction {
  return { ok: false, reason, fields };
}
