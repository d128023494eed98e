export { fakeModel } from './fakes/fake-model.ts';
export { CONTRACT_PARTITIONS, decisionLogContract, type LogUnderTest } from './contracts/decision-log-contract.ts';
export { modelContract, type ModelUnderTest } from './contracts/model-contract.ts';
export { type AppendFate, type HeldAppend, InMemoryLog } from './fakes/in-memory-log.ts';
export { InMemoryStore, type StoreSnapshot } from './fakes/in-memory-store.ts';
export { MemoryDeadLetters } from './fakes/memory-topics.ts';
export { RecordedSpans } from './fakes/recorded-spans.ts';
export { type AccountStep, isEvent, stateAfter, stepsOf } from './generators/account-steps.ts';
export { accountStreams, reducerParameters, type AccountStream, type Delivery } from './generators/account-streams.ts';
export { historyRuns } from './generators/history-runs.ts';
export {
  entityHistories,
  entityQuestions,
  HISTORY_SOURCES,
  interleaved,
  type ArrivingChange,
  type AskedLater,
  type EntityHistory,
} from './generators/entity-histories.ts';
export { NO_CONTEXT } from './generators/no-context.ts';
export { runEngine, type EngineRun, type Fate, type Keeping } from './generators/run-engine.ts';
export { AccountOracle } from './oracle/account-oracle.ts';
export { EntityOracle, type EntityQuestion } from './oracle/entity-oracle.ts';
export { vectorByDefinition } from './oracle/vector-by-definition.ts';
export type { Past } from './oracle/past.ts';
export { AnswerChecker, type ReceivedAnswer } from './http/answer-checker.ts';
export { compareWithReplay, type ComparedDecision } from './rig/parity.ts';
export { inputBatch, INPUT_TOPIC, PartitionRig, RELAY_LIMITS } from './rig/partition-rig.ts';
export { label } from './rig/labels.ts';
export { testConfig } from './rig/test-config.ts';
export { transaction } from './rig/transactions.ts';
export { approved, payment } from './rig/scripted-log.ts';
