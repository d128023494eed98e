import type { RejectionReason, Transaction } from '#libs/core';
import { type BodyRules, createBodyChecker } from '../body/body-checker.ts';
import { isObject, NOT_AN_OBJECT, readJsonObject } from '../body/json-bytes.ts';
import { TransactionDto } from '../dto/transaction-dto.ts';
import type { FieldFault } from '../field-fault.ts';
import { networkOf } from '../ip-address.ts';
import { parseWireTime } from '../wire-time.ts';
import { canonicalJson } from './canonical-json.ts';
import { countUnknownFields } from './unknown-fields.ts';

/** Why some bytes are no transaction. */
export type ParseFailure = Extract<RejectionReason, 'malformed' | 'oversized' | 'invalid_transaction'>;

export type ParsedTransaction =
  /** `unknownFields`: how many fields were ignored. */
  | { readonly ok: true; readonly transaction: Transaction; readonly unknownFields: number }
  /** `fields` names at least one fault; the field is '' where the body as a whole is at fault. */
  | { readonly ok: false; readonly reason: ParseFailure; readonly fields: readonly FieldFault[] };

/** Turns what came through a door into a transaction. Pure; never throws, whatever comes. */
export interface TransactionParser {
  /** An HTTP body or a Kafka value; null is a value that is not there. */
  parse(bytes: Uint8Array | null): ParsedTransaction;
  /** A value that was parsed elsewhere from bounded JSON, such as one item of a batch. */
  parseObject(value: unknown): ParsedTransaction;
}

/** Compiles a parser; do it once, at start (it takes some 20 ms). */
export function createTransactionParser(rules: BodyRules): TransactionParser {
  const checker = createBodyChecker(TransactionDto, rules);
  const ignoresUnknown = rules.unknownFields === 'ignore';

  const parseObject = (value: unknown): ParsedTransaction => {
    if (!isObject(value)) return refused('malformed', [NOT_AN_OBJECT]);
    if (!checker.accepts(value)) return refused('invalid_transaction', checker.faults(value));
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
    eventType: dto.event_type ?? 'authorization',
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

function refused(reason: ParseFailure, fields: readonly FieldFault[]): ParsedTransaction {
  return { ok: false, reason, fields };
}
