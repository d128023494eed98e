export { CONTRACT_PARTITIONS, decisionLogContract, type LogUnderTest } from './contracts/decision-log-contract.ts';
export { type AppendFate, type HeldAppend, InMemoryLog } from './fakes/in-memory-log.ts';
