import { IsArray, IsBoolean, IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
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

const OUTCOMES = ['approve', 'hold'] as const;
const RISK_LEVELS = ['low', 'normal', 'elevated', 'highest', 'not_assessed'] as const;
const REASON_SOURCES = ['model', 'rule', 'policy'] as const;
const EVALUATIONS = ['new', 'duplicate', 'provisional'] as const;
const TAKING_BACK = ['reversal', 'refund'] as const;
const UUID_V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const MAX_RISK_SCORE = 1000;

/** Whether this answer is the first, a repetition, or stands in until the state can be reached. */
export type Evaluation = (typeof EVALUATIONS)[number];

/** Why a transaction was held. */
export class ReasonDto {
  @IsString()
  @JSONSchema({ description: 'Stable.' })
  code!: string;

  @IsString()
  text!: string;

  @MayBeAbsent()
  @IsFiniteNumber()
  @JSONSchema({ description: 'Log-odds, where known.' })
  contribution?: number;

  @IsIn(REASON_SOURCES)
  source!: (typeof REASON_SOURCES)[number];
}

/** A rule that fired. */
export class RuleDto {
  @IsString()
  rule_id!: string;

  @IsInt()
  version!: number;

  @IsIn(OUTCOMES)
  outcome!: (typeof OUTCOMES)[number];
}

/** The model that scored. */
export class ModelDto {
  @IsString()
  id!: string;

  @IsString()
  version!: string;

  @Matches(SHA256)
  sha256!: string;
}

/** How long a hold lasts unless somebody resolves it. */
export class HoldDto {
  @IsWireTime()
  expires_at!: string;
}

/** Where the time of one answer went, milliseconds. */
export class TimingsDto {
  @IsFiniteNumber()
  state!: number;

  @IsFiniteNumber()
  features!: number;

  @IsFiniteNumber()
  model!: number;

  @IsFiniteNumber()
  commit!: number;

  @IsFiniteNumber()
  total!: number;
}

/** What every form of a decision says: the HTTP answer, the event in the log, the cached detail. */
export class DecisionFieldsDto {
  @Matches(UUID_V5)
  @JSONSchema({ description: 'UUIDv5 of account_id/transaction_id/event_type.' })
  decision_id!: string;

  @IsIdentifier()
  transaction_id!: string;

  @IsIdentifier()
  account_id!: string;

  @IsIn(OUTCOMES)
  decision!: (typeof OUTCOMES)[number];

  @MayBeNull()
  @IsInt()
  @Min(0)
  @Max(MAX_RISK_SCORE)
  @JSONSchema({ description: 'null when no model assessed the transaction.' })
  risk_score!: number | null;

  @MayBeNull()
  @IsFiniteNumber()
  @Min(0)
  @Max(1)
  @JSONSchema({ description: 'Calibrated; null when no model assessed the transaction.' })
  probability!: number | null;

  @IsIn(RISK_LEVELS)
  risk_level!: (typeof RISK_LEVELS)[number];

  @IsArray()
  @IsNestedEach(() => ReasonDto)
  reasons!: readonly ReasonDto[];

  @IsArray()
  @IsNestedEach(() => RuleDto)
  rules!: readonly RuleDto[];

  @MayBeNull()
  @IsNested(() => ModelDto)
  model!: ModelDto | null;

  @IsString()
  @JSONSchema({ description: 'Hex SHA-256 of the feature manifest.' })
  feature_set!: string;

  @IsString()
  policy_version!: string;

  @IsBoolean()
  degraded!: boolean;

  @IsArray()
  @IsString({ each: true })
  @JSONSchema({ description: 'model_unavailable, history_incomplete.' })
  degraded_reasons!: readonly string[];

  @MayBeAbsent()
  @IsNested(() => HoldDto)
  @JSONSchema({ description: 'Only of a hold.' })
  hold?: HoldDto;

  @IsWireTime()
  occurred_at!: string;

  @IsWireTime()
  decided_at!: string;

  @IsBoolean()
  @JSONSchema({ description: 'Older than what the account had already accepted.' })
  late!: boolean;
}

/** The HTTP answer to one transaction. */
export class DecisionDto extends DecisionFieldsDto {
  @IsIn(EVALUATIONS)
  evaluation!: Evaluation;

  @MayBeAbsent()
  @IsNested(() => TimingsDto)
  timings_ms?: TimingsDto;
}

/** The HTTP answer to a duplicate whose detail is no longer kept. */
export class ExpiredDecisionDto {
  @Matches(UUID_V5)
  decision_id!: string;

  @IsIdentifier()
  transaction_id!: string;

  @IsIdentifier()
  account_id!: string;

  @IsIn(OUTCOMES)
  decision!: (typeof OUTCOMES)[number];

  @MayBeNull()
  @IsInt()
  @Min(0)
  @Max(MAX_RISK_SCORE)
  risk_score!: number | null;

  @IsIn(['duplicate'])
  evaluation!: 'duplicate';

  @IsIn(['expired'])
  detail!: 'expired';
}

/** The HTTP answer to a reversal or refund, which is recorded and not decided. */
export class TransactionReceiptDto {
  @IsIdentifier()
  transaction_id!: string;

  @IsIdentifier()
  account_id!: string;

  @IsIn(TAKING_BACK)
  event_type!: (typeof TAKING_BACK)[number];

  @IsIn(['recorded'])
  status!: 'recorded';

  @IsBoolean()
  @JSONSchema({
    description:
      'Whether the account knew the transaction that it is about when it was recorded. If not, it waits for it for a week.',
  })
  matched!: boolean;

  @IsIn(['new', 'duplicate'])
  evaluation!: Extract<Evaluation, 'new' | 'duplicate'>;
}
