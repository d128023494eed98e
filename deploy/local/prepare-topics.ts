import { KafkaTopics } from '#libs/adapters';
import { topicDefinitions, type TopicNames, topicNames } from '#libs/contracts';
import { loadConfig } from '#libs/platform';

/** The topics of the service as they are. */
export interface PreparedTopics {
  readonly names: TopicNames;
  readonly partitions: number;
  /** Nothing was ever sent to the service. */
  readonly empty: boolean;
}

/** Creates the topics that are missing, as `ops topics create` does. `environment` is what the service's processes get. */
export async function prepareTopics(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PreparedTopics> {
  const read = loadConfig(environment, { role: 'ops' });
  if (!read.ok) throw new Error(`The environment has errors:\n${read.errors.join('\n')}`);
  const { brokers, topicPrefix: prefix, partitions, replicationFactor } = read.config.kafka;
  const topics = new KafkaTopics({ kafka: { brokers, clientId: 'holdfast-local' } });
  try {
    await topics.create(topicDefinitions({ prefix, partitions, replicationFactor }), replicationFactor);
    const names = topicNames(prefix);
    const watermarks = await topics.watermarks(names.transactions);
    return { names, partitions: watermarks.length, empty: watermarks.every(({ high }) => high === 0) };
  } finally {
    await topics.close();
  }
}
