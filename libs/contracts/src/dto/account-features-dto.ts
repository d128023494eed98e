import { IsArray, IsBoolean, IsInt, IsObject, IsString, Matches, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import {
  IsFiniteNumber,
  IsIdentifier,
  IsNested,
  IsNestedEach,
  IsWireTime,
  MayBeAbsent,
  MayBeNull,
} from './wire-decorators.ts';

/** What is behind the value of a feature. */
export class FeatureSupportDto {
  @IsInt()
  @Min(0)
  @JSONSchema({
    description: 'Transactions in its window, of any currency; without a window, those that it was made from.',
  })
  events!: number;

  @MayBeNull()
  @IsFiniteNumber()
  @JSONSchema({
    description:
      'Seconds of its window that the account has been known for, and is remembered; null without a window. Less than the window for a new account, and for one that is busier than its log is long.',
  })
  covered_s!: number | null;

  @IsBoolean()
  @JSONSchema({
    description:
      'Whether all that its definition asks for is remembered: nothing was pushed out of the log by its cap, or lost with a trimmed log.',
  })
  exact!: boolean;
}

/** One input of the model that is read from the account. */
export class AccountFeatureDto {
  @IsInt()
  @Min(1)
  @JSONSchema({ description: 'Its row in the catalogue, docs/features.md.' })
  number!: number;

  @IsString()
  @JSONSchema({ description: 'Means one definition for ever.' })
  name!: string;

  @IsString()
  unit!: string;

  @MayBeNull()
  @IsFiniteNumber()
  @JSONSchema({ description: 'Length of the window that ends at `at`, in seconds; null when it has none.' })
  window_s!: number | null;

  @MayBeNull()
  @IsFiniteNumber()
  @JSONSchema({ description: 'null when it is missing.' })
  value!: number | null;

  @IsBoolean()
  @JSONSchema({
    description:
      'Whether it says something of a transaction, such as its amount, so that it has no value and no support without one.',
  })
  asks_transaction!: boolean;

  @MayBeNull()
  @IsNested(() => FeatureSupportDto)
  support!: FeatureSupportDto | null;
}

/** What an account is known by at a moment. */
export class AccountFeaturesDto {
  @IsIdentifier()
  account_id!: string;

  @IsWireTime()
  @JSONSchema({
    description: 'The moment: windows end here, and what happened at this very millisecond is in them.',
  })
  at!: string;

  @IsInt()
  @Min(1)
  @JSONSchema({ description: "Changes with every write of the account: the last seq of its partition's commit." })
  version!: number;

  @MayBeNull()
  @Matches(/^[A-Z]{3}$/)
  @JSONSchema({ description: 'Of its first transaction; null before that one.' })
  currency!: string | null;

  @MayBeNull()
  @IsWireTime()
  @JSONSchema({ description: 'Time of its oldest transaction ever.' })
  first_seen!: string | null;

  @MayBeNull()
  @IsWireTime()
  @JSONSchema({ description: 'Time of its newest transaction.' })
  watermark!: string | null;

  @MayBeNull()
  @IsWireTime()
  @JSONSchema({ description: 'Nothing new at or before it is accepted; null while nothing was forgotten.' })
  floor!: string | null;

  @IsBoolean()
  @JSONSchema({ description: 'Whether the cap of its log has pushed out transactions of the last 60 days.' })
  log_truncated!: boolean;

  @MayBeNull()
  @IsWireTime()
  @JSONSchema({
    description:
      'What happened up to then may be missing, since the state was rebuilt from a trimmed log; null when all is there.',
  })
  history_incomplete_until!: string | null;

  @IsInt()
  @Min(0)
  @JSONSchema({ description: 'Transactions in its log.' })
  events!: number;

  @IsInt()
  @Min(0)
  @JSONSchema({ description: 'Labels, reversals and refunds that wait for their transaction.' })
  amendments_waiting!: number;

  @IsArray()
  @IsNestedEach(() => AccountFeatureDto)
  @JSONSchema({
    description:
      'In the order of the model. Those of cards, terminals, devices, networks and beneficiaries are not in.',
  })
  features!: readonly AccountFeatureDto[];

  @MayBeAbsent()
  @IsObject()
  @JSONSchema({
    description:
      'All that is kept of it, as `ops inspect account --json` has it: for people. Ids are keyed hashes. Members may change. Only with `include=state`.',
  })
  state?: object;
}
