import { Command } from 'commander';
import { KafkaTopics } from '#libs/adapters';
import { topicDefinitions } from '#libs/contracts';
import { type CommandContext, type CommandResult, finish, kafkaSettings, newCommand } from '../command-context.ts';

type Definitions = ReturnType<typeof topicDefinitions>;

/** `topics create` and `topics check`: the topics as the contract wants them. */
export function topicsCommand(context: CommandContext): Command {
  const create = newCommand('create', 'create the topics that do not exist; those that do stay as they are', [
    'topics create',
    'topics create --json',
  ]).action(async (options: { json?: boolean }) => {
    finish(context, options, await withTopics(context, createTopics));
  });
  const check = newCommand('check', 'compare the topics with what they have to be; exit code 1 if they differ', [
    'topics check',
  ]).action(async (options: { json?: boolean }) => {
    finish(context, options, await withTopics(context, checkTopics));
  });
  return new Command('topics')
    .description('create or check the topics (HOLDFAST_PARTITIONS, HOLDFAST_REPLICATION_FACTOR, HOLDFAST_TOPIC_PREFIX)')
    .addCommand(create)
    .addCommand(check);
}

interface Wanted {
  readonly definitions: Definitions;
  readonly replicationFactor: number;
}

async function withTopics(
  context: CommandContext,
  work: (topics: KafkaTopics, wanted: Wanted) => Promise<CommandResult>,
): Promise<CommandResult> {
  const config = context.config();
  const { topicPrefix: prefix, partitions, replicationFactor } = config.kafka;
  const topics = new KafkaTopics({ kafka: kafkaSettings(config) });
  try {
    return await work(topics, {
      definitions: topicDefinitions({ prefix, partitions, replicationFactor }),
      replicationFactor,
    });
  } finally {
    await topics.close();
  }
}

async function createTopics(topics: KafkaTopics, { definitions, replicationFactor }: Wanted): Promise<CommandResult> {
  const created = await topics.create(definitions, replicationFactor);
  const differences = await topics.check(definitions, replicationFactor);
  const existed = definitions.map(({ name }) => name).filter((name) => !created.includes(name));
  const lines = [
    ...created.map((name) => `${name} created`),
    ...existed.map((name) => `${name} was there`),
    ...differences.map((line) => `differs: ${line}`),
  ];
  return { data: { created, existed, differences }, text: lines.join('\n'), failed: differences.length > 0 };
}

async function checkTopics(topics: KafkaTopics, { definitions, replicationFactor }: Wanted): Promise<CommandResult> {
  const differences = await topics.check(definitions, replicationFactor);
  const text = differences.length === 0 ? 'All topics are as they have to be' : differences.join('\n');
  return { data: { topics: definitions.map(({ name }) => name), differences }, text, failed: differences.length > 0 };
}
