export { containsCardNumber } from './card-number.ts';
export { DECISION_NAMESPACE, decisionId } from './decision-id.ts';
export {
  CHANNELS,
  DeviceDto,
  EVENT_TYPES,
  LocationDto,
  MerchantDto,
  NetworkScoreDto,
  TransactionDto,
} from './dto/transaction-dto.ts';
export type { FieldFault, FieldFaultCode } from './field-fault.ts';
export * from './limits.ts';
export { PROBLEM_CONTENT_TYPE, PROBLEMS, problem, type Problem, type ProblemCode } from './problems.ts';
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
  type TransactionParserOptions,
} from './transaction/transaction-parser.ts';
export { formatWireTime, parseWireTime } from './wire-time.ts';
