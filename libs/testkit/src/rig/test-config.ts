import { randomBytes } from 'node:crypto';
import { type Config, loadConfig } from '#libs/platform';

/** The settings of a namespace of its own, whose name begins with `prefix`, on the services of the test run. */
export function testConfig(
  prefix: string,
  { role, partitions }: { readonly role: Parameters<typeof loadConfig>[1]['role']; readonly partitions: number },
): Config {
  const name = `${prefix}-${randomBytes(6).toString('hex')}`;
  const read = loadConfig(
    {
      HOLDFAST_ENV: 'development',
      REDIS_URL: process.env['REDIS_URL'],
      KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
      HOLDFAST_TOPIC_PREFIX: `${name}.`,
      HOLDFAST_KEY_PREFIX: name,
      HOLDFAST_CONSUMER_GROUP: name,
      HOLDFAST_PARTITIONS: String(partitions),
      // A machine that runs several tests at once keeps a command waiting for longer than a decision may take.
      HOLDFAST_REDIS_COMMAND_TIMEOUT_MS: '10000',
    },
    { role },
  );
  if (!read.ok) throw new Error(read.errors.join('\n'));
  return read.config;
}
