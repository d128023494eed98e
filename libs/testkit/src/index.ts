export { fakeModel } from './fakes/fake-model.ts';
export { CONTRACT_PARTITIONS, decisionLogContract, type LogUnderTest } from './contracts/decision-log-contract.ts';
export { type AppendFate, type HeldAppend, InMemoryLog } from './fakes/in-memory-log.ts';
export { accountStreams, reducerParameters, type AccountStream, type Delivery } from './generators/account-streams.ts';
export { runEngine, type EngineRun, type Fate, type Keeping } from './generators/run-engine.ts';
export { AccountOracle } from './oracle/account-oracle.ts';
export { vectorByDefinition, type Past } from './oracle/vector-by-definition.ts';
export { inputBatch, INPUT_TOPIC, PartitionRig, RELAY_LIMITS } from './rig/partition-rig.ts';
export { transaction } from './rig/transactions.ts';
