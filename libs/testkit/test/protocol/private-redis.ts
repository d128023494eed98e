import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { localDir } from '../../../../deploy/local/cached-download.ts';
import { type Service, type Services, startServices } from '../../../../deploy/local/services.ts';

/** A Redis of a test's own, to be killed, cut and replicated. It writes its append-only file with every command, so that a test knows what is in it. */
export class PrivateRedis {
  readonly #services: Services;
  readonly #server: Service;
  readonly #dataDir: string;

  private constructor(services: Services, server: Service, dataDir: string) {
    this.#services = services;
    this.#server = server;
    this.#dataDir = dataDir;
  }

  static async start(): Promise<PrivateRedis> {
    const dataDir = join(localDir, `test-redis-${process.pid}-${randomBytes(4).toString('hex')}`);
    const config = { appendfsync: 'always', 'auto-aof-rewrite-percentage': '0', 'repl-diskless-sync-delay': '0' };
    const services = await startServices({ dataDir, redis: { config }, kafka: false });
    if (services.redis === undefined) throw new Error('a Redis was started');
    return new PrivateRedis(services, services.redis, dataDir);
  }

  get url(): string {
    return this.#services.redisUrl;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Bytes of the append-only file: what `loseAfter` may cut to. */
  async fileBytes(): Promise<number> {
    return (await stat(await this.#file())).size;
  }

  /** The append-only file: commands as they were sent, a script's effects between MULTI and EXEC. */
  async fileText(): Promise<string> {
    return readFile(await this.#file(), 'latin1');
  }

  /** kill -9, the file cut to `bytes`, and a new start. */
  async loseAfter(bytes: number): Promise<void> {
    await this.#server.kill();
    await truncate(await this.#file(), bytes);
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#services.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #file(): Promise<string> {
    const directory = join(this.#dataDir, 'redis', 'appendonlydir');
    const manifest = await readFile(join(directory, 'appendonly.aof.manifest'), 'utf8');
    const last = [...manifest.matchAll(/^file (\S+) seq \d+ type i/gm)].at(-1)?.[1];
    if (last === undefined) throw new Error('the append-only file has no increment');
    return join(directory, last);
  }
}
