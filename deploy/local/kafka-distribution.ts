import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, cachedDownload } from './cached-download.ts';
import { runCommand } from './run-command.ts';
import type { Log } from './service.ts';

const VERSION = '4.4.0';
const pom = fileURLToPath(new URL('kafka-pom.xml', import.meta.url));

/** What is needed to run Kafka's own programs: a Java and the jars. */
export interface KafkaDistribution {
  readonly java: string;
  /** A class path with a wildcard, which Java expands by itself. */
  readonly classPath: string;
  /** Where an archive of loaded classes is, or will be, for this Java and these jars: it halves the time of a start. */
  readonly classArchive: string;
}

/** Finds Java and fetches the jars of Apache Kafka from Maven Central once (45 jars, 43 MB). */
export async function kafkaDistribution(log: Log): Promise<KafkaDistribution> {
  const java = process.env['JAVA_HOME'] === undefined ? 'java' : join(process.env['JAVA_HOME'], 'bin', 'java');
  const javaVersion = await runCommand(java, ['-version']).catch((error: unknown) => {
    throw new Error(`Kafka needs a Java 17 or newer, or KAFKA_BROKERS. ${String(error)}`, { cause: error });
  });
  const jars = await cachedDownload(`kafka-${VERSION}`, async (draft) => {
    log(`kafka: fetching Apache Kafka ${VERSION} (43 MB) with Maven`);
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`];
    await runCommand('mvn', ['-q', '-B', '-C', '-f', pom, ...goal], { timeoutMs: 600_000 }).catch((error: unknown) => {
      throw new Error(
        `Kafka's jars cannot be fetched. Is Maven installed and Maven Central (or your mirror of it) reachable? ` +
          `If not, set KAFKA_BROKERS to a Kafka that you have.\n${String(error)}`,
        { cause: error },
      );
    });
  });
  const key = createHash('sha256').update(javaVersion).digest('hex').slice(0, 12);
  return { java, classPath: join(jars, '*'), classArchive: join(cacheDir, `kafka-${VERSION}-${key}.jsa`) };
}
