export { NO_CATEGORY, type AccountEvent, type DecidedEvent, type DedupEntry } from './account/account-event.ts';
export { decodeAccount, encodeAccount, sameState } from './account/account-codec.ts';
export { accountChangeOf, applyChange, OBSERVED, type AccountChange } from './account/account-change.ts';
export { accountEventOf } from './account/account-event-of.ts';
export { labelAmendment, takenBackAmendment } from './account/amendment-of.ts';
export { amend, findAmendment, type Amended } from './account/amend.ts';
export { admitAmendment, type AmendmentAdmission, type AmendmentLimits } from './account/amendment-admission.ts';
export {
  amendmentTableOf,
  type AmendmentEntry,
  type AmendmentFate,
  type KnownAmendment,
} from './account/amendment-table.ts';
export type {
  Amendment,
  AmendmentEffect,
  AmendmentKind,
  AppliedAmendment,
  ExpiredAmendment,
  IssuerOutcome,
  LabelValue,
  RecordedAmendment,
} from './account/amendment.ts';
export { AccountWorkspace, openWorkspaces } from './account/account-workspace.ts';
export { ACCOUNT_TILES, emptyAccount, isTruncated, type AccountState } from './account/account-state.ts';
export { admit, admitObserved, type Admission, type AdmissionLimits } from './account/admission.ts';
export { describeAccount, type DescribedAccount, type DescribedEvent } from './account/describe-account.ts';
export { emptyProfile, foldAmount, type DecayedProfile } from './account/decayed-profile.ts';
export { columnsOf, rowCount, type EventColumns } from './account/event-columns.ts';
export { KEY_WORDS, type KeyTable } from './account/key-table.ts';
export { findIdentity, type KnownTransaction } from './account/lookup.ts';
export { addToOverflow, decodeOverflow, findInOverflow, OVERFLOW_BUCKETS, bucketOf } from './account/overflow.ts';
export { CorruptRecord } from './account/record-envelope.ts';
export { reduce, type Reduction } from './account/reduce.ts';
export { LONGEST_WINDOW_MS, REDUCER_VERSION } from './account/reducer-parameters.ts';
export type { PendingSeqs } from './account/seq-coding.ts';
export { emptyTimes, foldTime, type TimeOfDayProfile } from './account/time-of-day-profile.ts';
export { isOtherCurrency, packVerdict, unpackVerdict, type Verdict } from './account/verdict.ts';
export type {
  Decision,
  ModelIdentity,
  Outcome,
  Reason,
  RecordedMention,
  RecordedVerdict,
  RejectionReason,
  RiskLevel,
} from './decision.ts';
export { EXPIRED_HEADER } from './event.ts';
export type {
  DecisionMade,
  EncodedEvent,
  InputPosition,
  LabelRecorded,
  LogEvent,
  OriginalRecord,
  ReducerParameters,
  TransactionRecorded,
  TransactionRejected,
} from './event.ts';
export { minorPerMajor } from './currency.ts';
export { entitiesTouchedBy, type EntityRole, type TouchedEntity } from './entities/entities-touched.ts';
export type { EntityChange } from './entities/entity-change.ts';
export { EntityMemory } from './entities/entity-memory.ts';
export { describeEntity, type DescribedEntity, type DescribedRow } from './entities/describe-entity.ts';
export { decodeEntity, encodeEntity, sameEntity } from './entities/entity-codec.ts';
export {
  ENTITY_FEATURE_INDEX,
  ENTITY_FEATURE_RULES,
  ENTITY_FEATURES,
  type EntityFeatureName,
} from './entities/entity-manifest.ts';
export { NO_ENTITY_MARKS, type EntityMark, type EntityMarks } from './entities/entity-mark.ts';
export { entityName, entityPartition, type EntityRef } from './entities/entity-ref.ts';
export { ENTITY_KINDS, type EntityIds, type EntityKeys, type EntityKind } from './entities/entity-kind.ts';
export { emptyEntity, type EntityState } from './entities/entity-state.ts';
export { ENTITY_PARAMETERS, reduceEntity, type EntityParameters } from './entities/reduce-entity.ts';
export { NO_ENTITIES, type EntityViews } from './entities/entity-views.ts';
export { writeEntityFeatures } from './entities/write-entity-features.ts';
export { assert, InvalidMessage, TransientFault } from './faults.ts';
export {
  ACCOUNT_FEATURE_INDEX,
  ACCOUNT_FEATURE_RULES,
  ACCOUNT_FEATURES,
  type AccountFeatureName,
} from './features/account-features.ts';
export { type AccountInput, accountInputs, type InputSupport } from './features/account-inputs.ts';
export { accountVector, computeVector } from './features/compute-vector.ts';
export { EMPTY_RECORD_BYTES, PRIMITIVES, type Primitive, STATE_COSTS } from './features/state-costs.ts';
export { besselI0Scaled } from './features/time-density.ts';
export { FEATURE_INDEX, featureManifestText, FEATURES, type Feature, type FeatureName } from './features/manifest.ts';
export { type Hash64, hashText } from './hash64.ts';
export { homeEpoch, homeState, type HomeState } from './home.ts';
export {
  answerViolations,
  type AnswerContext,
  type AnswerFact,
  type ComparedAnswers,
  type LossReason,
} from './invariants/answers.ts';
export { deadLetterViolations, restViolations, type DeadLetterFact, type StorePosition } from './invariants/at-rest.ts';
export { ClaimedEntities, claimViolations, entityViolations, type StoredEntities } from './invariants/entities.ts';
export { FoldedAccount } from './invariants/folded-account.ts';
export type { DecidedFact, HistoryStep, RejectedFact, ValidMark } from './invariants/history-facts.ts';
export { identityKey } from './invariants/identity-key.ts';
export { FATE, InputLedger, type InputRecord } from './invariants/input-ledger.ts';
export {
  askedKey,
  fateViolations,
  repeatedViolations,
  settleInputs,
  unaskedViolations,
  type SettledInputs,
} from './invariants/once.ts';
export { inputPositions, orderViolations, positionViolations } from './invariants/order.ts';
export { PartitionHistory, type HistoryPorts } from './invariants/partition-history.ts';
export { refusalViolations, type RefusalRules } from './invariants/refusals.ts';
export {
  probabilityViolations,
  rulingViolations,
  vectorViolations,
  type PlacedDecision,
} from './invariants/rulings.ts';
export { stateViolations, type StoredState } from './invariants/states.ts';
export type { Invariant, Violation } from './invariants/violation.ts';
export type { Label } from './label.ts';
export { formatClaim, parseClaim, type Claim } from './log/claim.ts';
export {
  baseOf,
  EPOCH_TABLE_SIZE,
  formatEpochTable,
  parseEpochTable,
  withEpoch,
  type EpochBase,
} from './log/epoch-table.ts';
export { LogDiverged, LogFollower, type Followed } from './log/log-follower.ts';
export {
  claimOf,
  eventRecord,
  markOf,
  openOf,
  openRecord,
  PROTOCOL_VERSION,
  type OpenRecord,
} from './log/log-record.ts';
export { judge, LOG_START, type LogMark, type LogPosition, type LogVerdict } from './log/log-rule.ts';
export { findStartBefore, findTail, followToEnd, NoVerifiableStart, verifyClaim } from './log/read-log.ts';
export { DeadLetterCopier } from './owner/dead-letter-copier.ts';
export type { OpenProgress } from './owner/copy-log.ts';
export { openPartition, type OpenedPartition, type OpenResult } from './owner/open-partition.ts';
export type { OwnerPorts } from './owner/owner-ports.ts';
export { PartitionOwner, type OwnerHooks } from './owner/partition-owner.ts';
export { firstTrimmedStart } from './owner/trimmed-start.ts';
export { Relay } from './owner/relay.ts';
export { outboxSends } from './owner/outbox-sends.ts';
export { EVENT_TOO_LARGE, type RelayEnd, type RelayHooks, type RelayLimits } from './owner/relay-options.ts';
export { partitionOf } from './partition-of.ts';
export { NOWHERE } from './place.ts';
export {
  decide,
  DEFAULT_POLICY,
  riskLevelOf,
  riskScoreOf,
  type Assessment,
  type Costs,
  type Policy,
  type Ruling,
} from './policy.ts';
export type { Clock } from './ports/clock.ts';
export {
  APPEND_TOO_LARGE,
  OffsetOutOfRange,
  type DecisionLog,
  type LogRecord,
  type NewLogRecord,
  type Watermarks,
} from './ports/decision-log.ts';
export type { DeadLetters } from './ports/dead-letters.ts';
export type * from './ports/entity-store.ts';
export type { InputTopics } from './ports/input-topics.ts';
export type { EventCodec } from './ports/event-codec.ts';
export type { Model } from './ports/model.ts';
export type * from './ports/model-source.ts';
export { ChampionSlot, type OwnedModel } from './models/champion-slot.ts';
export { ChampionWatch, type FollowedChampion } from './models/champion-watch.ts';
export { ChallengerWatch } from './models/challenger-watch.ts';
export { Shadow, type ShadowHooks, type ShadowTally } from './models/shadow.ts';
export { type Drift, DriftCounts, type ModelDrift } from './models/drift.ts';
export { DriftWatch } from './models/drift-watch.ts';
export type { BinnedValues, ModelReference } from './models/model-reference.ts';
export { stabilityOf } from './models/population-stability.ts';
export { isSameModel } from './models/same-model.ts';
export { fixedModel, type ModelSlot } from './models/model-slot.ts';
export type { Explanation } from './explain/explanation.ts';
export { REASON_FAMILIES } from './explain/reason-families.ts';
export { TreeExplainer } from './explain/tree-explainer.ts';
export type { Tree, TreeEnsemble } from './explain/tree-ensemble.ts';
export type * from './ports/partition-store.ts';
export type * from './ports/state-store.ts';
export { approvingModel } from './score/approving-model.ts';
export { applyInput, type AppliedInput, type InputItem, type InputProgress } from './score/apply-input.ts';
export type * from './score/batch.ts';
export { decideTransaction, type DecisionContext, isUnexplained } from './score/decide-transaction.ts';
export { decideRequests, type RequestItem, type RequestResult } from './score/decide-requests.ts';
export { findTransaction, type FoundTransaction } from './score/find-transaction.ts';
export { type HistoryItem, OfflineScorer, type OfflineSurroundings } from './score/offline-scorer.ts';
export { accountReading, readAccount, type AccountReading, type ReadAccount } from './score/read-account.ts';
export type { PlannedItem } from './score/plan-batch.ts';
export { scoreBatch, type ScoringPorts } from './score/score-batch.ts';
export type { ScoringRules } from './score/scoring-rules.ts';
export { createHasher, sipHash, type Hasher } from './siphash.ts';
export { StopSignal } from './stop-signal.ts';
export { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';
export type { EventType, Identity, Transaction } from './transaction.ts';
export type { DescribedLevel } from './window/describe-tiles.ts';
export { addToTiles, emptyTiles, expireTiles, TILE_LEVELS, type TileLevel, type Tiles } from './window/tiles.ts';
export { entityChangesOf } from './updater/entity-changes.ts';
export { ENTITY_FOLD, type EntityFold } from './updater/entity-fold.ts';
export { EntityUpdater } from './updater/entity-updater.ts';
export type { SourceLag } from './updater/log-source.ts';
export type { UpdaterHooks, UpdaterLimits, UpdaterPorts } from './updater/updater-options.ts';
