import { hashKeyFingerprint } from '#libs/adapters';
import type { Config } from '#libs/platform';
import { CommandFailed } from './failures.ts';

/** That `stored` is the namespace of `config`: with another hash key or number of partitions every account would seem wrong. Throws `CommandFailed`. */
export function assertNamespace(stored: Readonly<Record<string, string>>, config: Config, partitions: number): void {
  const fingerprint = hashKeyFingerprint(config.state.hashKey);
  if (stored['hash_key'] !== undefined && stored['hash_key'] !== fingerprint) {
    throw new CommandFailed(
      'HOLDFAST_HASH_KEY is not the key that the state was made with: give the one of the service.',
    );
  }
  if (stored['partitions'] !== undefined && Number(stored['partitions']) !== partitions) {
    throw new CommandFailed(
      `The state was opened with ${stored['partitions']} partitions, the topics have ${partitions}.`,
    );
  }
}
