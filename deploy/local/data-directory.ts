import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, isFree } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { type Log, pidFileOf } from './service.ts';

/** A folder with the data of one set of services, for one process at a time. */
export interface DataDirectory {
  readonly path: string;
  /** A free port, the same one at every start as long as nobody else has taken it. */
  port(name: string): Promise<number>;
  /** Lets the next process have the folder. */
  release(): Promise<void>;
}

/** Takes the folder for this process. Throws if another living process has it. Services that a dead owner left running
 *  in it are ended first; a process is only ours if its command line names this folder. */
export async function takeDataDirectory(path: string, log: Log): Promise<DataDirectory> {
  await mkdir(path, { recursive: true });
  const ownerFile = join(path, 'owner.json');
  await takeOwnership(path, ownerFile);
  for (const file of await readdir(path)) {
    if (file.endsWith('.pid')) await endLeftover(path, file.slice(0, -'.pid'.length), log);
  }
  return {
    path,
    port: (name) => rememberedPort(join(path, `${name}.port`)),
    release: () => rm(ownerFile, { force: true }),
  };
}

interface Owner {
  readonly pid: number;
  readonly command: string;
}

async function takeOwnership(path: string, ownerFile: string): Promise<void> {
  const me: Owner = { pid: process.pid, command: await commandLine(process.pid) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeFile(ownerFile, JSON.stringify(me), { flag: 'wx' });
    } catch (error) {
      if (!existsSync(ownerFile)) throw error;
    }
    if (attempt > 3 || (await isAlive(ownerFile))) {
      const owner = readFileSync(ownerFile, 'utf8');
      throw new Error(`${path} is in use by another process: ${owner}. Stop that one first, or choose another folder.`);
    }
    await rm(ownerFile, { force: true });
  }
}

/** Whether the process that took the folder still runs. Compares command lines, since numbers are used again. */
async function isAlive(ownerFile: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(ownerFile, 'utf8')) as Owner;
    return owner.command !== '' && (await commandLine(owner.pid)) === owner.command;
  } catch {
    return false;
  }
}

/** Whether the data folder belongs to a process that still runs. */
export function isInUse(path: string): Promise<boolean> {
  return isAlive(join(path, 'owner.json'));
}

/** Deletes a data folder. Throws if a living process has it. */
export async function emptyDataDirectory(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const data = await takeDataDirectory(path, () => undefined);
  await rm(data.path, { recursive: true, force: true });
}

async function endLeftover(path: string, name: string, log: Log): Promise<void> {
  const pidFile = pidFileOf(path, name);
  const pid = Number(await readFile(pidFile, 'utf8'));
  if (pid > 1 && (await commandLine(pid)).includes(path)) {
    log(`${name} was left running by an earlier start (process ${pid}); ending it`);
    process.kill(pid, 'SIGKILL');
    while ((await commandLine(pid)).includes(path)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await rm(pidFile, { force: true });
}

/** The command line of a process, empty if there is no such process. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return await runCommand('ps', ['-o', 'command=', '-p', String(pid)]);
  } catch {
    return '';
  }
}

async function rememberedPort(file: string): Promise<number> {
  const known = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  if (known > 0 && (await isFree(known))) return known;
  const port = await freePort();
  await writeFile(file, `${port}\n`);
  return port;
}
