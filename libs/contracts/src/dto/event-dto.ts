import { IsArray, IsBoolean, IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { RejectionReason } from '#libs/core';
import { AppliedAmendmentDto, EntityMarksDto, ExpiredAmendmentDto } from './amendment-dto.ts';
import { DecisionFieldsDto } from './decision-dto.ts';
import { TransactionDto } from './transaction-dto.ts';
import { IsFiniteNumber, IsNested, IsNestedEach, IsWireTime, MayBeAbsent, MayBeNull } from './wire-decorators.ts';

/** Major version of the log's values. Additions do not raise it; a reader meets a higher one only while a newer release writes. */
export const SCHEMA_VERSION = 1;

/** `<topic>:<offset after the last applied record>`. */
export const INPUT_POSITION = /^[A-Za-z0-9._-]{1,249}:[0-9]{1,15}$/;

export const REJECTION_REASONS = [
  'malformed',
  'invalid_transaction',
  'invalid_label',
  'unknown_transaction',
  'unsupported_event_type',
  'oversized',
  'too_late',
  'from_the_future',
  'identity_conflict',
  'wrong_partition',
] as const satisfies readonly RejectionReason[];

/** What a replay must know to repeat the reduction. */
export class ReducerDto {
  @IsInt()
  version!: number;

  @IsInt()
  allowed_lateness_ms!: number;

  @IsInt()
  log_cap!: number;
}

/** Why the model gave a hold its probability: bias and contributions add up to its log-odds. */
export class ExplanationDto {
  @IsFiniteNumber()
  @JSONSchema({ description: 'Log-odds of a transaction of which nothing is known.' })
  bias!: number;

  @IsString()
  @JSONSchema({ description: 'Shapley values, log-odds: base64 of little-endian float32, in manifest order.' })
  contributions!: string;
}

/** A decision with what it was made from. */
export class RecordedDecisionDto extends DecisionFieldsDto {
  @IsInt()
  schema!: number;

  @IsString()
  event_type!: string;

  @IsNested(() => TransactionDto)
  @JSONSchema({ description: 'Canonical form of the known fields.' })
  transaction!: TransactionDto;

  @IsString()
  @JSONSchema({ description: "The model's input: base64 of little-endian float32, in manifest order." })
  vector!: string;

  @MayBeAbsent()
  @IsNested(() => ExplanationDto)
  @JSONSchema({ description: 'Only of a hold by the model.' })
  explanation?: ExplanationDto;

  @MayBeAbsent()
  @IsNested(() => EntityMarksDto)
  @JSONSchema({ description: 'What was read of the other entities, as [changes taken in, sum of them].' })
  entities?: EntityMarksDto;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Some window reached further back than what is kept event by event; absent: false.' })
  log_truncated?: boolean;
}

/** Value of `decision.made`. */
export class DecisionMadeDto extends RecordedDecisionDto {
  @MayBeAbsent()
  @IsArray()
  @IsNestedEach(() => AppliedAmendmentDto)
  @JSONSchema({ description: 'What had been said of the transaction before it came.' })
  amended?: readonly AppliedAmendmentDto[];

  @MayBeAbsent()
  @IsArray()
  @IsNestedEach(() => ExpiredAmendmentDto)
  @JSONSchema({ description: 'What the account has stopped waiting for.' })
  expired?: readonly ExpiredAmendmentDto[];

  @MayBeAbsent()
  @Matches(INPUT_POSITION)
  @JSONSchema({ description: 'Up to where the input is applied with this event; absent when it came by HTTP.' })
  input?: string;

  @IsNested(() => ReducerDto)
  reducer!: ReducerDto;
}

/** Value of the cached detail: the decision, and what must equal the account's own entry for it to be used. */
export class DecisionDetailDto extends RecordedDecisionDto {
  @IsInt()
  @Min(1)
  seq!: number;

  @IsInt()
  @Min(0)
  @Max(0xffff_ffff)
  content!: number;
}

/** A record of an input topic as it came. */
export class OriginalRecordDto {
  @IsString()
  topic!: string;

  @IsInt()
  @Min(0)
  partition!: number;

  @IsInt()
  @Min(0)
  offset!: number;

  @MayBeNull()
  @IsString()
  @JSONSchema({ description: 'Base64.' })
  key!: string | null;

  @MayBeNull()
  @IsString()
  @JSONSchema({ description: 'Base64; of more than 512 KiB the hash and origin in their place.' })
  value!: string | null;
}

/** Value of `transaction.rejected`. */
export class RejectionDto {
  @IsInt()
  schema!: number;

  @IsIn(REJECTION_REASONS)
  reason!: RejectionReason;

  @MayBeNull()
  @IsString()
  @JSONSchema({ description: 'The first offending field, dotted; null when the record as a whole is at fault.' })
  field!: string | null;

  @IsString()
  detail!: string;

  @IsWireTime()
  rejected_at!: string;

  @IsNested(() => OriginalRecordDto)
  original!: OriginalRecordDto;

  @Matches(INPUT_POSITION)
  input!: string;
}
