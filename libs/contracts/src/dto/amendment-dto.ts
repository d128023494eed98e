import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { AmendmentKind } from '#libs/core';
import { MAX_AMOUNT_MINOR } from '../limits.ts';
import { LABEL_VALUES, LABELS } from './label-dto.ts';
import { IsNested, IsWireTime, MayBeAbsent, MayBeNull } from './wire-decorators.ts';

const HASH_64 = /^[0-9a-f]{16}$/;
const KINDS = [...LABELS, 'reversal', 'refund'] as const satisfies readonly AmendmentKind[];
const MAX_UINT_32 = 0xffff_ffff;

/** The entities of a transaction as keyed hashes, those that it has. */
export class EntityKeysDto {
  @MayBeAbsent()
  @Matches(HASH_64)
  card?: string;

  @MayBeAbsent()
  @Matches(HASH_64)
  terminal?: string;

  @MayBeAbsent()
  @Matches(HASH_64)
  device?: string;

  @MayBeAbsent()
  @Matches(HASH_64)
  ip?: string;

  @MayBeAbsent()
  @Matches(HASH_64)
  beneficiary?: string;
}

/** One entity's mark: how many changes it had taken in, and their sum. */
function IsEntityMark(): PropertyDecorator {
  const decorators = [MayBeAbsent(), IsArray(), ArrayMinSize(2), ArrayMaxSize(2), IsInt({ each: true })];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

/** Which state of the other entities a decision was made from, those of which something was known. */
export class EntityMarksDto {
  @IsEntityMark()
  card?: readonly number[];

  @IsEntityMark()
  terminal?: readonly number[];

  @IsEntityMark()
  device?: readonly number[];

  @IsEntityMark()
  ip?: readonly number[];

  @IsEntityMark()
  beneficiary?: readonly number[];
}

/** What an amendment did to the transaction that it is about: all that other entities need to follow. */
export class AmendmentEffectDto {
  @IsWireTime()
  @JSONSchema({ description: 'Of the transaction.' })
  occurred_at!: string;

  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT_MINOR)
  @JSONSchema({ description: 'Of the transaction before the amendment, minor units of `currency`.' })
  amount_minor!: number;

  @Matches(/^[A-Z]{3}$/)
  currency!: string;

  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT_MINOR)
  @JSONSchema({ description: 'What left the sums, in the same unit.' })
  removed_minor!: number;

  @IsNested(() => EntityKeysDto)
  entities!: EntityKeysDto;

  @MayBeNull()
  @IsIn(LABEL_VALUES)
  label_before!: (typeof LABEL_VALUES)[number] | null;

  @MayBeNull()
  @IsIn(LABEL_VALUES)
  label_after!: (typeof LABEL_VALUES)[number] | null;
}

/** Something that was said of a transaction. */
export class AmendmentDto {
  @IsIn(KINDS)
  kind!: AmendmentKind;

  @Matches(HASH_64)
  @JSONSchema({ description: 'Keyed hash of its own identity.' })
  identity!: string;

  @IsInt()
  @Min(0)
  @Max(MAX_UINT_32)
  @JSONSchema({ description: 'Keyed hash of its content.' })
  content!: number;

  @IsWireTime()
  @JSONSchema({ description: '`reported_at` of a label, `occurred_at` of a reversal or refund.' })
  at!: string;

  @Matches(HASH_64)
  @JSONSchema({ description: 'Keyed hash of the identity of the transaction that it is about.' })
  target!: string;

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT_MINOR)
  @JSONSchema({ description: "Minor units that leave the account's sums; absent: all that is left." })
  amount_minor?: number;
}

/** An amendment with its effect. */
export class AppliedAmendmentDto extends AmendmentDto {
  @IsNested(() => AmendmentEffectDto)
  effect!: AmendmentEffectDto;
}

/** An amendment that waited for its transaction in vain. */
export class ExpiredAmendmentDto extends AmendmentDto {
  @MayBeNull()
  @IsInt()
  @Min(1)
  @JSONSchema({ description: 'Of the event that recorded it, in this partition; null: one shortly before.' })
  seq!: number | null;
}
