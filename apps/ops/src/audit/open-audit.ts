import {
  agreedTopics,
  connectRedis,
  FEATURE_SET,
  KafkaDecisionLog,
  directoryOf,
  loadModel,
  type LoadedModel,
  ModelRefused,
  RedisInspector,
} from '#libs/adapters';
import { createEventCodec, createTransactionParser, topicNames } from '#libs/contracts';
import { createHasher, DEFAULT_POLICY } from '#libs/core';
import type { Config } from '#libs/platform';
import { kafkaSettings } from '../command-context.ts';
import { modelFolders } from '../models/model-folders.ts';
import { keysOfStore } from '../namespace.ts';
import type { AuditSources } from './audit-sources.ts';

/** A page of accounts is larger than what a decision reads. */
const COMMAND_MS = 10_000;

/** The real sources, and how to give them back. */
export interface OpenedAudit {
  readonly sources: AuditSources;
  readonly close: () => Promise<void>;
}

/** Connects everything. `warn` is told when the model is not at hand. Throws `CommandFailed`, `UnusableTopics` or `TransientFault`. */
export async function openAudit(config: Config, warn: (line: string) => void): Promise<OpenedAudit> {
  const kafka = kafkaSettings(config);
  const names = topicNames(config.kafka.topicPrefix);
  const { partitions } = await agreedTopics(kafka, config.kafka.topicPrefix);
  const connection = connectRedis(config.redis.url, { name: 'audit', commandTimeoutMs: COMMAND_MS });
  const logs = [names.transactions, names.decisions, names.deadLetters].map(
    (topic) => new KafkaDecisionLog({ kafka, topic }),
  );
  const [input, decisions, deadLetters] = logs as [KafkaDecisionLog, KafkaDecisionLog, KafkaDecisionLog];
  const close = async (): Promise<void> => {
    await Promise.all([connection.close(), ...logs.map((log) => log.close())]);
  };
  try {
    const keys = await keysOfStore(connection, config, partitions);
    const models = await modelsAtHand(config.models.directory, warn);
    const sources: AuditSources = {
      partitions,
      decisions,
      deadLetters,
      models: new Map(models.map((model) => [model.identity.sha256, model])),
      input: { topic: names.transactions, log: input },
      store: new RedisInspector(connection.redis, keys),
      hasher: createHasher(config.state.hashKey),
      codec: createEventCodec(),
      parser: createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true }),
      policy: DEFAULT_POLICY,
      featureSet: FEATURE_SET,
    };
    return {
      sources,
      close: async () => {
        await close();
        await Promise.all(models.map((model) => model.close()));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every model that this build can run: a log holds decisions of champions that came and went. */
async function modelsAtHand(directory: string, warn: (line: string) => void): Promise<LoadedModel[]> {
  const models: LoadedModel[] = [];
  for (const folder of await modelFolders(directory)) {
    try {
      models.push(await loadModel(directoryOf(directory, folder), { featureSet: FEATURE_SET }));
    } catch (error) {
      if (!(error instanceof ModelRefused)) throw error;
      warn(`Its scores are not checked: ${error.message}`);
    }
  }
  return models;
}
