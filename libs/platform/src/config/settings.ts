import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#libs/core';
import { ENTITY_SETTINGS } from './entity-settings.ts';
import { INPUT_SETTINGS } from './input-settings.ts';
import { MODEL_SETTINGS } from './model-settings.ts';
import { parseApiKey, parseHashKey, parseRedisUrl } from './parse-value.ts';
import { RELAY_SETTINGS } from './relay-settings.ts';
import { choice, custom, integer, list, text, type Setting } from './setting.ts';
import { TRACING_SETTINGS } from './tracing-settings.ts';

/** Known to everybody who reads this file, so it is refused outside development. */
export const DEVELOPMENT_HASH_KEY = '000102030405060708090a0b0c0d0e0f';

const port = (variable: string, options: { default: number; meaning: string }): Setting<number> =>
  integer(variable, { ...options, min: 0, max: 65_535, meaning: `${options.meaning}; 0 takes any free port` });

const host = (variable: string, meaning: string): Setting<string> =>
  text(variable, {
    default: '0.0.0.0',
    development: '127.0.0.1',
    pattern: /^[A-Za-z0-9.:-]{1,253}$/,
    range: 'a host name or address',
    meaning,
  });

/** Every setting of every process: the only place where a variable is named, bounded, defaulted and explained. */
export const SETTINGS = {
  environment: choice('HOLDFAST_ENV', {
    words: ['production', 'development'],
    default: 'production',
    meaning:
      'development has defaults for what production must be told (brokers, Redis, keys) and makes an API key at start',
  }),
  logLevel: choice('HOLDFAST_LOG_LEVEL', {
    words: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    meaning: 'least severe log line that is written',
  }),
  shutdownTimeoutMs: integer('HOLDFAST_SHUTDOWN_TIMEOUT_MS', {
    default: 10 * SECOND_MS,
    min: SECOND_MS,
    max: 5 * MINUTE_MS,
    meaning: 'longest time that closing one resource may take before the stop goes on without it',
  }),

  kafka: {
    brokers: list('KAFKA_BROKERS', {
      development: '127.0.0.1:9092',
      min: 1,
      max: 64,
      range: '1 to 64 host:port, comma-separated',
      parseItem: (item) => (/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(item) ? item : undefined),
      meaning: 'brokers to find the cluster by',
    }),
    topicPrefix: text('HOLDFAST_TOPIC_PREFIX', {
      default: '',
      pattern: /^[A-Za-z0-9._-]{0,64}$/,
      range: 'at most 64 of A-Z a-z 0-9 . _ -',
      meaning: 'put before every topic name, so that installations and tests can share a cluster',
    }),
    consumerGroup: text('HOLDFAST_CONSUMER_GROUP', {
      default: 'holdfast-worker',
      pattern: /^[A-Za-z0-9._-]{1,128}$/,
      range: '1 to 128 of A-Z a-z 0-9 . _ -',
      meaning: 'group by which the workers share the partitions',
    }),
    partitions: integer('HOLDFAST_PARTITIONS', {
      default: 12,
      min: 1,
      max: 1024,
      meaning: 'partitions that `ops topics create` gives a topic; never changed afterwards',
    }),
    replicationFactor: integer('HOLDFAST_REPLICATION_FACTOR', {
      default: 3,
      development: '1',
      min: 1,
      max: 7,
      meaning: 'copies that `ops topics create` gives a topic; all but one of them must be in sync to append',
    }),
    sessionTimeoutMs: integer('HOLDFAST_KAFKA_SESSION_TIMEOUT_MS', {
      default: 10 * SECOND_MS,
      min: 6 * SECOND_MS,
      max: MINUTE_MS,
      meaning: 'silence after which the group gives a worker its partitions away',
    }),
    requestTimeoutMs: integer('HOLDFAST_KAFKA_REQUEST_TIMEOUT_MS', {
      default: 10 * SECOND_MS,
      min: 500,
      max: MINUTE_MS,
      meaning: 'deadline of one request to a broker',
    }),
  },

  redis: {
    url: custom('REDIS_URL', {
      development: 'redis://127.0.0.1:6379',
      secret: true,
      range: 'redis:// or rediss:// URL',
      parse: parseRedisUrl,
      meaning: 'the Redis or Valkey that holds the state (7.0 or newer, noeviction); may carry user and password',
    }),
    keyPrefix: text('HOLDFAST_KEY_PREFIX', {
      default: 'hf',
      pattern: /^[A-Za-z0-9._-]{1,32}$/,
      range: '1 to 32 of A-Z a-z 0-9 . _ -',
      meaning:
        'first part of every key, so that installations and tests can share a Redis; short, every account pays for it',
    }),
    connectTimeoutMs: integer('HOLDFAST_REDIS_CONNECT_TIMEOUT_MS', {
      default: SECOND_MS,
      min: 50,
      max: 30 * SECOND_MS,
      meaning: 'deadline of connecting to Redis',
    }),
    commandTimeoutMs: integer('HOLDFAST_REDIS_COMMAND_TIMEOUT_MS', {
      default: 500,
      min: 10,
      max: 30 * SECOND_MS,
      meaning: 'deadline of one command; past it the outcome is unknown and the state is read again',
    }),
  },

  state: {
    hashKey: custom('HOLDFAST_HASH_KEY', {
      development: DEVELOPMENT_HASH_KEY,
      secret: true,
      range: '32 hexadecimal digits (openssl rand -hex 16)',
      parse: parseHashKey,
      meaning: 'key of the hash by which accounts recognise their transactions; must stay as long as the state lives',
    }),
    allowedLatenessMs: integer('HOLDFAST_ALLOWED_LATENESS_MS', {
      default: DAY_MS,
      min: 0,
      max: 60 * DAY_MS,
      meaning: "how far behind its account's newest event a transaction may be and still be decided",
    }),
    maxFutureSkewMs: integer('HOLDFAST_MAX_FUTURE_SKEW_MS', {
      default: 5 * MINUTE_MS,
      min: 0,
      max: DAY_MS,
      meaning: 'how far ahead of our clock a transaction may have occurred',
    }),
    logCapEvents: integer('HOLDFAST_LOG_CAP_EVENTS', {
      default: 512,
      min: 64,
      max: 4096,
      meaning: "events that an account's record holds in full; older ones inside the lateness keep their identity only",
    }),
    outboxLimitEvents: integer('HOLDFAST_OUTBOX_LIMIT_EVENTS', {
      default: 20_000,
      min: 256,
      max: 1_000_000,
      meaning: 'unpublished events of one partition at which nothing more is committed to it',
    }),
    refuseCardNumbers: choice('HOLDFAST_REFUSE_CARD_NUMBERS', {
      words: ['yes', 'no'],
      default: 'yes',
      meaning:
        'refuse ids and texts that hold what looks like a card number; no where ids are long numbers, of which about 1 in 40 looks like one',
    }),
    batchMaxTransactions: integer('HOLDFAST_BATCH_MAX_TRANSACTIONS', {
      default: 64,
      min: 1,
      max: 128,
      meaning: 'transactions in one read, model run and commit of a partition',
    }),
    detailTtlMs: integer('HOLDFAST_DETAIL_TTL_MS', {
      default: HOUR_MS,
      min: SECOND_MS,
      max: 30 * DAY_MS,
      meaning:
        'how long a decision is kept in full; after it a duplicate is answered with outcome and score; costs about 1 KB a decision',
    }),
  },

  relay: RELAY_SETTINGS,

  entities: ENTITY_SETTINGS,

  input: INPUT_SETTINGS,

  http: {
    host: host('HOLDFAST_HTTP_HOST', 'address that the HTTP door listens on'),
    port: port('HOLDFAST_HTTP_PORT', { default: 8080, meaning: 'port of the HTTP door' }),
    apiKeys: list('HOLDFAST_API_KEYS', {
      default: '',
      secret: true,
      min: 0,
      max: 1000,
      range: 'at most 1000 of <key id>:<SHA-256 of the key in hex>, comma-separated',
      parseItem: parseApiKey,
      meaning: 'who may call the HTTP door; the key itself is known to the caller only',
    }),
    defaultDeadlineMs: integer('HOLDFAST_DEFAULT_DEADLINE_MS', {
      default: 100,
      min: 5,
      max: MINUTE_MS,
      meaning: 'deadline of a request without X-Deadline-Ms',
    }),
    maxDeadlineMs: integer('HOLDFAST_MAX_DEADLINE_MS', {
      default: 10 * SECOND_MS,
      min: 5,
      max: MINUTE_MS,
      meaning: 'longest deadline that a request may ask for',
    }),
    deadlineMarginMs: integer('HOLDFAST_DEADLINE_MARGIN_MS', {
      default: 5,
      min: 0,
      max: SECOND_MS,
      meaning: 'part of a deadline that is kept for writing the answer',
    }),
    maxWaitingRequests: integer('HOLDFAST_MAX_WAITING_REQUESTS', {
      default: 2048,
      min: 1,
      max: 100_000,
      meaning: 'requests of one process that wait for their batch; more are answered 503 at once',
    }),
  },

  admin: {
    host: host('HOLDFAST_ADMIN_HOST', 'address of /livez, /readyz and /metrics; not for the public'),
    apiPort: port('HOLDFAST_API_ADMIN_PORT', { default: 8081, meaning: 'admin port of the api' }),
    workerPort: port('HOLDFAST_WORKER_ADMIN_PORT', { default: 8082, meaning: 'admin port of the worker' }),
  },

  tracing: TRACING_SETTINGS,

  models: MODEL_SETTINGS,
};
