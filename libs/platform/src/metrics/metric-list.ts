import { ENTITY_METRICS } from './entity-metrics.ts';
import { counter, gauge, histogram } from './metric.ts';
import { MODEL_METRICS } from './model-metrics.ts';

const DOORS = ['http', 'kafka'] as const;
const DEPENDENCIES = ['redis', 'kafka'] as const;

/** 100 us to 10 s: a commit takes half a millisecond, a stalled disk seconds. */
const LATENCY_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
] as const;

/** Every metric of every process: the only place where one is named. Counts are added once a batch, not once a transaction. */
export const METRICS = {
  decisions: counter('holdfast_decisions_total', {
    unit: 'transactions',
    labels: { door: DOORS, outcome: ['approve', 'hold'] },
    meaning: 'Transactions decided and committed for the first time',
    remedy: 'A jump in the share of holds: compare the model version and the traffic with the hour before.',
  }),
  duplicates: counter('holdfast_duplicates_total', {
    unit: 'transactions',
    labels: { door: DOORS },
    meaning: 'Transactions answered with the decision that they already had',
    remedy: 'A rise without a redelivery or a retry storm means that a producer sends twice.',
  }),
  rejected: counter('holdfast_rejected_total', {
    unit: 'transactions',
    labels: {
      door: DOORS,
      reason: [
        'malformed',
        'invalid_transaction',
        'invalid_label',
        'unknown_transaction',
        'unsupported_event_type',
        'oversized',
        'too_late',
        'from_the_future',
        'identity_conflict',
        'wrong_partition',
      ],
    },
    meaning: 'Transactions that can never be decided, by reason',
    remedy: 'Read the dead-letter topic (or the answers of the HTTP door) for the field; tell the producer.',
  }),
  recorded: counter('holdfast_recorded_total', {
    unit: 'events',
    labels: { door: DOORS, what: ['label', 'reversal', 'refund', 'observed'], matched: ['yes', 'no'] },
    meaning:
      'Labels, reversals, refunds and observed transactions that were taken in; matched: their transaction is known',
    remedy: 'Labels that are not matched: they come too early, or their ids are not those of the transactions.',
  }),
  late: counter('holdfast_late_total', {
    unit: 'transactions',
    labels: { door: DOORS },
    meaning: "Decided transactions that were older than their account's newest event",
    remedy: 'A steady rise: look for a delayed source; near too_late, raise HOLDFAST_ALLOWED_LATENESS_MS.',
  }),
  unexplained: counter('holdfast_unexplained_total', {
    unit: 'transactions',
    labels: { door: DOORS },
    meaning: 'Transactions held by the model whose score no explanation adds up to',
    remedy: 'Must stay 0. The decisions stand; train or deploy the model again, and keep its folder for a report.',
  }),
  commits: counter('holdfast_commits_total', {
    unit: 'batches',
    labels: { door: DOORS, status: ['committed', 'closed', 'gap', 'stale', 'conflict', 'full', 'damaged', 'unknown'] },
    meaning: 'Commit attempts by status; all but committed wrote nothing, unknown may have',
    remedy: 'conflict: both doors write the same accounts; closed: no owner; full: the relay or Kafka is slow.',
  }),
  batchTransactions: histogram('holdfast_batch_transactions', {
    unit: 'transactions',
    labels: { door: DOORS },
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    meaning: 'Transactions in one read, model run and commit',
    remedy: 'At the limit all the time: the process is at its capacity; add one.',
  }),
  stageSeconds: histogram('holdfast_stage_seconds', {
    unit: 'seconds',
    labels: { door: DOORS, stage: ['load', 'features', 'model', 'commit'] },
    buckets: LATENCY_SECONDS,
    meaning: 'Time of one batch in one stage of scoring',
    remedy: 'load and commit: Redis or the network; features and model: the processor.',
  }),
  receivedToCommittedSeconds: histogram('holdfast_received_to_committed_seconds', {
    unit: 'seconds',
    labels: { door: DOORS },
    buckets: LATENCY_SECONDS,
    meaning: 'From a transaction reaching the process to its commit; of a batch, the one that waited longest',
    remedy: 'Compare with the stages; what they do not explain is waiting for the batch before.',
  }),
  committedToPublishedSeconds: histogram('holdfast_committed_to_published_seconds', {
    unit: 'seconds',
    labels: {},
    buckets: LATENCY_SECONDS,
    meaning: "From a batch's commit to its being read back from decisions.v1",
    remedy: 'Look at the relay sends and at the brokers; HOLDFAST_RELAY_LINGER_MS is part of it.',
  }),
  httpRequestSeconds: histogram('holdfast_http_request_seconds', {
    unit: 'seconds',
    labels: {
      route: ['decide', 'lookup', 'label', 'account', 'other'],
      status: ['200', '202', '400', '401', '404', '409', '413', '415', '422', '503', 'other'],
    },
    buckets: LATENCY_SECONDS,
    meaning: 'HTTP requests from the last byte of the request to the answer, by status; `other` is a bug',
    remedy: '503: Redis, a closed partition or a full outbox, see the other metrics; 401: a caller with an old key.',
  }),
  detailFailures: counter('holdfast_detail_failures_total', {
    unit: 'batches',
    labels: {},
    meaning: 'Batches whose decisions in full could not be cached: their duplicates get outcome and score only',
    remedy: 'Redis was away right after a commit, or is out of memory.',
  }),
  mendedAccounts: counter('holdfast_mended_accounts_total', {
    unit: 'accounts',
    labels: {},
    meaning:
      'Accounts whose records in Redis were damaged and were made anew from their events; their partition was closed meanwhile',
    remedy: 'Look for what else writes to this Redis, or for failing memory: nothing of the service damages records.',
  }),
  httpWaiting: gauge('holdfast_http_waiting_requests', {
    unit: 'requests',
    labels: {},
    meaning: 'HTTP requests that wait for their batch or its commit',
    remedy: 'Near HOLDFAST_MAX_WAITING_REQUESTS the door answers 503: add a process.',
  }),
  unknownFields: counter('holdfast_unknown_fields_total', {
    unit: 'fields',
    labels: { input: ['transactions', 'labels'] },
    meaning: 'Fields of input records that this release does not know, and ignored',
    remedy: 'Expected while producers are newer than the service; otherwise a producer misspells a field.',
  }),
  forwarded: counter('holdfast_forwarded_total', {
    unit: 'records',
    labels: {},
    meaning: "Input records sent on to their account's own partition",
    remedy: "A producer does not partition by murmur2 of account_id: set its partitioner to the Java client's default.",
  }),
  consumerLag: gauge('holdfast_consumer_lag_records', {
    unit: 'records',
    labels: { topic: 'topic', partition: 'number' },
    meaning: 'Records between the input position of an owned partition and its end',
    remedy: 'Rising: more load than the workers carry, or a partition that is not open.',
  }),
  outboxDepth: gauge('holdfast_outbox_depth_events', {
    unit: 'events',
    labels: { partition: 'number' },
    meaning: 'Committed events of an owned partition that are not published yet',
    remedy: 'Rising: the relay or the brokers are slow; at HOLDFAST_OUTBOX_LIMIT_EVENTS nothing is committed.',
  }),
  partitionsOwned: gauge('holdfast_partitions_owned', {
    unit: 'partitions',
    labels: {},
    meaning: 'Input partitions that the group has given to this process',
    remedy: 'The sum over all workers is the number of partitions; if not, a rebalance is under way.',
  }),
  partitionsOpen: gauge('holdfast_partitions_open', {
    unit: 'partitions',
    labels: {},
    meaning: 'Owned partitions that are open: decisions can be committed to them',
    remedy: 'Below owned for longer than a replay takes: read the log lines of the partition.',
  }),
  partitionsHalted: gauge('holdfast_partitions_halted', {
    unit: 'partitions',
    labels: {},
    meaning: 'Owned partitions that wait for a person: the log or an input has lost data',
    remedy: 'Not 0: page. The log line says what is missing and which command to use.',
  }),
  inputsHeldBack: gauge('holdfast_inputs_held_back', {
    unit: 'partitions',
    labels: {},
    meaning: 'Owned input partitions that are held back because too many of their records are invalid',
    remedy: 'Not 0: page. See docs/operations.md: a producer or a release is broken; nothing is lost while it stands.',
  }),
  inputFetchAgeSeconds: gauge('holdfast_input_fetch_age_seconds', {
    unit: 'seconds',
    labels: {},
    meaning: 'Time since a fetch of the input last succeeded, with or without records; 0 while none is asked for',
    remedy: 'Rising: the brokers are away or the consumer is silent; at HOLDFAST_FETCH_SILENCE_LIMIT_MS it ends.',
  }),
  reopens: counter('holdfast_reopens_total', {
    unit: 'opens',
    labels: { reason: ['assigned', 'store_changed', 'taken', 'aged', 'relay'] },
    meaning: 'Times that a partition was opened, by cause',
    remedy: 'taken or store_changed again and again: two owners, or a Redis that restarts.',
  }),
  relaySends: counter('holdfast_relay_sends_total', {
    unit: 'sends',
    labels: { result: ['acknowledged', 'failed'] },
    meaning: 'Sends of the relay to decisions.v1',
    remedy: 'failed: look at the brokers; nothing is lost, it is sent again.',
  }),
  relayRetries: counter('holdfast_relay_retries_total', {
    unit: 'events',
    labels: {},
    meaning: 'Events sent again because they were not read back as valid',
    remedy: 'More than a few after a broker fault: another owner writes to the partition.',
  }),
  published: counter('holdfast_published_events_total', {
    unit: 'events',
    labels: {},
    meaning: 'Events read back as valid from decisions.v1',
    remedy: 'Below the rate of decisions: the outbox grows; look at the relay sends.',
  }),
  deadLetters: counter('holdfast_dead_letters_total', {
    unit: 'records',
    labels: {},
    meaning: 'Rejections copied to the dead-letter topic',
    remedy: 'A jump: a producer changed its format; read dlq.reason and dlq.field of the newest.',
  }),
  ...ENTITY_METRICS,

  ...MODEL_METRICS,
  traceExportFailures: counter('holdfast_trace_export_failures_total', {
    unit: 'exports',
    labels: {},
    meaning: 'Sends of finished spans to the collector that failed; their spans are lost, nothing else is',
    remedy: 'Look at the collector and at OTEL_EXPORTER_OTLP_ENDPOINT.',
  }),
  dependencyUp: gauge('holdfast_dependency_up', {
    unit: 'state',
    labels: { dependency: DEPENDENCIES },
    meaning: '1 while the last contact with the dependency succeeded, else 0',
    remedy: '0: the dependency, the network or its credentials; the process waits and goes on by itself.',
  }),
  eventLoopDelaySeconds: gauge('holdfast_event_loop_delay_seconds', {
    unit: 'seconds',
    labels: { quantile: ['0.5', '0.99', '1'] },
    meaning: 'How late timers ran since the last scrape',
    remedy: 'Above the latency that you promise: the process is at its capacity; add one.',
  }),
  gcSeconds: histogram('holdfast_gc_pause_seconds', {
    unit: 'seconds',
    labels: { kind: ['minor', 'major', 'incremental', 'weak_callbacks'] },
    buckets: LATENCY_SECONDS,
    meaning: 'Pauses of the garbage collector, by kind',
    remedy: 'Long major pauses: the heap is large or near its limit; look at the resident memory.',
  }),
  residentBytes: gauge('process_resident_memory_bytes', {
    unit: 'bytes',
    labels: {},
    meaning: 'Memory of the process',
    remedy: 'Rising for hours: take a heap snapshot.',
  }),
} as const;
