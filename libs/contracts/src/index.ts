export { toAccountFeatures, toAccountFeaturesBody } from './account-features-body.ts';
export type { BodyRules } from './body/body-checker.ts';
export { rejectionOf } from './body/rejection-of.ts';
export { containsCardNumber } from './card-number.ts';
export { decodeDetail, encodeDetail, isDetailOf, type DecisionDetail } from './codec/detail-codec.ts';
export { createEventCodec } from './codec/event-codec.ts';
export { deadLetter } from './dead-letter.ts';
export {
  toDecisionBody,
  toExpiredDecisionBody,
  toTransactionReceipt,
  type DecisionBodyOptions,
} from './decision-body.ts';
export { DECISION_NAMESPACE, decisionId } from './decision-id.ts';
export { AccountFeatureDto, AccountFeaturesDto, FeatureSupportDto } from './dto/account-features-dto.ts';
export {
  DecisionDto,
  type Evaluation,
  ExpiredDecisionDto,
  HoldDto,
  ModelDto,
  ReasonDto,
  RuleDto,
  TimingsDto,
  TransactionReceiptDto,
} from './dto/decision-dto.ts';
export { DecisionMadeDto, OriginalRecordDto, ReducerDto, RejectionDto, SCHEMA_VERSION } from './dto/event-dto.ts';
export { LabelDto, LabelReceiptDto } from './dto/label-dto.ts';
export { FieldFaultDto, ProblemDto } from './dto/problem-dto.ts';
export {
  CHANNELS,
  DeviceDto,
  EVENT_TYPES,
  LocationDto,
  MerchantDto,
  NetworkScoreDto,
  TransactionDto,
} from './dto/transaction-dto.ts';
export { ID_PATTERN } from './dto/wire-decorators.ts';
export type { FieldFault, FieldFaultCode } from './field-fault.ts';
export { isIpAddress, networkOf } from './ip-address.ts';
export { createLabelParser, type LabelFailure, type LabelParser, type ParsedLabel } from './label/label-parser.ts';
export { toLabelReceipt } from './label/label-receipt.ts';
export * from './limits.ts';
export { PROBLEM_CONTENT_TYPE, PROBLEMS, problem, type Problem, type ProblemCode } from './problems.ts';
export { publicSchemas } from './public-schema.ts';
export { OBSERVE_HEADER } from './record-headers.ts';
export type { JsonSchema } from './schema.ts';
export {
  DEFAULT_PARTITIONS,
  topicDefinitions,
  topicNames,
  type TopicDefinition,
  type TopicNames,
  type TopicOptions,
} from './topics.ts';
export {
  createTransactionParser,
  type ParsedTransaction,
  type ParseFailure,
  type TransactionParser,
} from './transaction/transaction-parser.ts';
export { toWireForm } from './wire-form.ts';
export { formatWireTime, parseWireTime } from './wire-time.ts';
