import { ArrayMaxSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MAX_AMOUNT_MINOR, MAX_NETWORK_SCORES } from '../limits.ts';
import {
  IsFiniteNumber,
  IsIdentifier,
  IsIpAddress,
  IsNested,
  IsNestedEach,
  IsWireTime,
  MayBeAbsent,
  NeededWith,
} from './wire-decorators.ts';

/** Kinds of event that the contract names. An authorization is decided; the others take back an earlier one, or a part of it. */
export const EVENT_TYPES = ['authorization', 'reversal', 'refund'] as const;

const TAKING_BACK = ['reversal', 'refund'];

/** How the money was asked for. Card: at a terminal, remote, at a cash machine; account to account: ordinary, instant, pulled; else. */
export const CHANNELS = [
  'card_present',
  'card_not_present',
  'atm',
  'transfer',
  'instant_transfer',
  'direct_debit',
  'wallet',
  'other',
] as const;

const MAX_SCORE = 1_000_000;

/** Who is paid. */
export class MerchantDto {
  @MayBeAbsent()
  @IsIdentifier()
  id?: string;

  @MayBeAbsent()
  @Matches(/^[0-9]{4}$/)
  @JSONSchema({ description: 'Merchant category code, ISO 18245.' })
  mcc?: string;

  @MayBeAbsent()
  @Matches(/^[A-Z]{2}$/)
  @JSONSchema({ description: 'ISO 3166-1 alpha-2.' })
  country?: string;
}

/** What the payer used. */
export class DeviceDto {
  @MayBeAbsent()
  @IsIdentifier()
  id?: string;

  @MayBeAbsent()
  @IsIpAddress()
  @JSONSchema({ description: 'IPv4 or IPv6, without a zone.' })
  ip?: string;
}

/** Where the payer was, WGS 84 degrees. */
export class LocationDto {
  @IsFiniteNumber()
  @Min(-90)
  @Max(90)
  lat!: number;

  @IsFiniteNumber()
  @Min(-180)
  @Max(180)
  lon!: number;
}

/** What another assessor says: `value` on a scale from 0 to `scale`. */
export class NetworkScoreDto {
  @IsIdentifier()
  source!: string;

  @IsFiniteNumber()
  @Min(0)
  @Max(MAX_SCORE)
  value!: number;

  @IsFiniteNumber()
  @Min(1)
  @Max(MAX_SCORE)
  scale!: number;
}

/** One transaction, as it comes by HTTP and Kafka. The order of the fields is the order of the canonical JSON. */
@JSONSchema({
  description:
    'A transaction to decide, or one that takes back an earlier one. Its identity is (account_id, transaction_id, event_type).',
})
export class TransactionDto {
  @IsIdentifier()
  @JSONSchema({ description: 'ISO 8583 DE37 (+7, 11, 32); ISO 20022 UETR.' })
  transaction_id!: string;

  @IsIdentifier()
  @JSONSchema({ description: 'Token of the paying account. ISO 8583 DE2; ISO 20022 DbtrAcct. Never a card number.' })
  account_id!: string;

  @IsWireTime()
  @JSONSchema({ description: 'When it happened: RFC 3339 in UTC, at most milliseconds.' })
  occurred_at!: string;

  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT_MINOR)
  @JSONSchema({ description: 'Minor units of `currency`; 0 is an account check.' })
  amount_minor!: number;

  @Matches(/^[A-Z]{3}$/)
  @JSONSchema({ description: 'ISO 4217.' })
  currency!: string;

  @MayBeAbsent()
  @IsIn(EVENT_TYPES)
  @JSONSchema({ description: 'Default: authorization. The others take back an earlier transaction, or a part of it.' })
  event_type?: (typeof EVENT_TYPES)[number];

  @MayBeAbsent()
  @IsIn(CHANNELS)
  channel?: (typeof CHANNELS)[number];

  @MayBeAbsent()
  @IsIdentifier()
  card_id?: string;

  @MayBeAbsent()
  @IsIdentifier()
  terminal_id?: string;

  @NeededWith('event_type', TAKING_BACK)
  @IsIdentifier()
  @JSONSchema({ description: 'The transaction of this account that a reversal or refund is about; needed there.' })
  original_transaction_id?: string;

  @MayBeAbsent()
  @IsNested(() => MerchantDto)
  merchant?: MerchantDto;

  @MayBeAbsent()
  @IsIdentifier()
  counterparty_account_id?: string;

  @MayBeAbsent()
  @IsNested(() => DeviceDto)
  device?: DeviceDto;

  @MayBeAbsent()
  @IsNested(() => LocationDto)
  location?: LocationDto;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_NETWORK_SCORES)
  @IsNestedEach(() => NetworkScoreDto)
  network_scores?: NetworkScoreDto[];
}
