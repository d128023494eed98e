import { IsArray, IsBoolean, IsIn, IsInt, IsString, Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { TransactionRecorded } from '#libs/core';
import { AmendmentEffectDto, AppliedAmendmentDto, ExpiredAmendmentDto } from './amendment-dto.ts';
import { INPUT_POSITION, ReducerDto } from './event-dto.ts';
import { LabelDto } from './label-dto.ts';
import { TransactionDto } from './transaction-dto.ts';
import { IsIdentifier, IsNested, IsNestedEach, IsWireTime, MayBeAbsent } from './wire-decorators.ts';

const CAUSES = ['observed', 'reversal', 'refund'] as const satisfies readonly TransactionRecorded['cause'][];

/** What the two events have in common that are recorded without a decision. */
class RecordedFieldsDto {
  @IsInt()
  schema!: number;

  @IsIdentifier()
  account_id!: string;

  @IsIdentifier()
  transaction_id!: string;

  @IsString()
  event_type!: string;

  @IsWireTime()
  recorded_at!: string;

  @MayBeAbsent()
  @IsNested(() => AmendmentEffectDto)
  @JSONSchema({ description: 'What it did to the transaction that it is about; absent when that one is not known.' })
  effect?: AmendmentEffectDto;

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

/** Value of `label.recorded`, and of `outcome.recorded`, where the label says what the issuer did. */
export class LabelRecordedDto extends RecordedFieldsDto {
  @IsBoolean()
  @JSONSchema({ description: 'Whether the account knows the transaction.' })
  matched!: boolean;

  @IsNested(() => LabelDto)
  @JSONSchema({ description: 'Canonical form of the known fields.' })
  label!: LabelDto;
}

/** Value of `transaction.recorded`. */
export class TransactionRecordedDto extends RecordedFieldsDto {
  @IsIn(CAUSES)
  @JSONSchema({ description: '`observed`: history that is learnt from and not decided.' })
  cause!: (typeof CAUSES)[number];

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether the account knows the transaction that a reversal or refund is about.' })
  matched?: boolean;

  @MayBeAbsent()
  @IsArray()
  @IsNestedEach(() => AppliedAmendmentDto)
  @JSONSchema({ description: 'What had been said of the transaction before it came.' })
  amended?: readonly AppliedAmendmentDto[];

  @IsNested(() => TransactionDto)
  @JSONSchema({ description: 'Canonical form of the known fields.' })
  transaction!: TransactionDto;
}
