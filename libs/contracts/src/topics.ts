import { MAX_INPUT_RECORD_BYTES, MAX_OUTPUT_RECORD_BYTES } from './limits.ts';

/** Names of the four topics. */
export interface TopicNames {
  readonly transactions: string;
  readonly labels: string;
  readonly decisions: string;
  readonly deadLetters: string;
}

/** A topic as it must exist: created so, and checked so at start. */
export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Explicit settings, as Kafka spells them. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface TopicOptions {
  /** Put before every name, so that tests can share a broker. */
  readonly prefix?: string;
  /** The same for all topics: partition p of an input is decided into partition p of the output. */
  readonly partitions?: number;
  /** 3 in production, 1 on a single broker. */
  readonly replicationFactor?: number;
  /** How long `decisions.v1` is kept; -1 for ever. Never shorter than the oldest backup of Redis that one would restore. */
  readonly decisionsRetentionMs?: number;
  /** How long input records and dead letters are kept. */
  readonly inputRetentionMs?: number;
}

export const DEFAULT_PARTITIONS = 12;
const DAY_MS = 86_400_000;

/** The four names, each with `prefix` before it. */
export function topicNames(prefix = ''): TopicNames {
  return {
    transactions: `${prefix}transactions.v1`,
    labels: `${prefix}labels.v1`,
    decisions: `${prefix}decisions.v1`,
    deadLetters: `${prefix}transactions.v1.dlq`,
  };
}

/**
 * The topics of the contract. Never compacted: the decisions topic is a history, not a table. Stamped on append: retention counts from the
 * arrival, or a transaction dated 2018 would be deleted at once. Stored uncompressed: producers may compress by any codec, and the broker undoes it, so
 * that no reader needs to know snappy or lz4.
 */
export function topicDefinitions(options: TopicOptions = {}): readonly TopicDefinition[] {
  const { partitions = DEFAULT_PARTITIONS, replicationFactor = 1 } = options;
  const { decisionsRetentionMs = -1, inputRetentionMs = 30 * DAY_MS } = options;
  const names = topicNames(options.prefix);
  const topic = (name: string, retentionMs: number, maxRecordBytes: number): TopicDefinition => ({
    name,
    partitions,
    replicationFactor,
    configs: {
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionMs),
      'retention.bytes': '-1',
      'message.timestamp.type': 'LogAppendTime',
      'compression.type': 'uncompressed',
      'max.message.bytes': String(maxRecordBytes),
      'min.insync.replicas': String(replicationFactor >= 3 ? 2 : 1),
      'unclean.leader.election.enable': 'false',
    },
  });
  return [
    topic(names.transactions, inputRetentionMs, MAX_INPUT_RECORD_BYTES),
    topic(names.labels, inputRetentionMs, MAX_INPUT_RECORD_BYTES),
    topic(names.decisions, decisionsRetentionMs, MAX_OUTPUT_RECORD_BYTES),
    topic(names.deadLetters, inputRetentionMs, MAX_OUTPUT_RECORD_BYTES),
  ];
}
