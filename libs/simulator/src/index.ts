/** Transactions, accounts, frauds and labels from a seed: for the demo, for training and for load tests. */
export { simulate, type SimulateOptions } from './simulate.ts';
export { type LiveOptions, type LiveStream, liveStream } from './live-stream.ts';
export { disturb, type DisturbOptions, type RawRecord, type RecordKind } from './disturb.ts';
export { type Known, labelOf, type LabelOptions, withLabels } from './labels.ts';
export { coreLabelOf, transactionOf } from './transaction-of.ts';
export { handbookEvent, readHandbook } from './handbook.ts';
export type { Channel, Label, SimulatedEvent, WireLabel, WireTransaction } from './wire-transaction.ts';
export type { Episode, FraudScenario } from './frauds/fraud-scenario.ts';
export type { FraudRates } from './world.ts';
