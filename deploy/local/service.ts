import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilPaused } from './paused.ts';
import { endWithThisProcess } from './watchdog.ts';

export type Log = (line: string) => void;

/** One server process that tests may stop, kill and start again: always on the same port, with the same data.
 *  It ends when the process that started it ends, even by kill -9. */
export interface Service {
  readonly name: string;
  readonly port: number;
  /** `host:port` on the loopback interface. */
  readonly address: string;
  readonly logFile: string;
  /** Undefined while the process is down. */
  readonly pid: number | undefined;
  /** Starts the process and returns when it answers. Throws if it runs already. */
  start(): Promise<void>;
  /** Asks the process to end (SIGTERM), insists after a while (SIGKILL), returns when it is gone. Harmless if down. */
  stop(): Promise<void>;
  /** Sends a signal, by default SIGKILL. Returns when the process is gone; for SIGSTOP when it stands still, for SIGCONT at once. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** How a process is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Variables beside those of this process; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface ServicePlan {
  readonly name: string;
  readonly port: number;
  readonly dataDir: string;
  /** Runs before each start: write the configuration, repair files. Returns the command. */
  readonly prepare: () => Promise<Command>;
  readonly isReady: () => Promise<boolean>;
  /** Runs after an orderly stop. */
  readonly afterStop?: () => Promise<void>;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
  readonly log: Log;
}

const LONGEST_LINE = 400;
const PAUSES: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT'];

/** The handle of one service. Nothing runs before `start()`. */
export function service(plan: ServicePlan): Service {
  const logFile = join(plan.dataDir, `${plan.name}.log`);
  const pidFile = pidFileOf(plan.dataDir, plan.name);
  let running: RunningChild | undefined;

  const start = async (): Promise<void> => {
    if (running !== undefined) throw new Error(`${plan.name} runs already (process ${running.pid})`);
    await mkdir(plan.dataDir, { recursive: true });
    const startedAt = performance.now();
    const child = launch(await plan.prepare(), logFile);
    running = child;
    void child.gone.then((how) => {
      if (running !== child) return;
      running = undefined;
      plan.log(`${plan.name} ended by itself (${how}). Its log: ${logFile}`);
    });
    await writeFile(pidFile, `${child.pid}\n`);
    await untilReady(plan, child, logFile);
    plan.log(`${plan.name} is ready on 127.0.0.1:${plan.port} after ${Math.round(performance.now() - startedAt)} ms`);
  };

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const child = running;
    if (child === undefined) return;
    if (PAUSES.includes(signal)) {
      send(child.pid, signal);
      if (signal === 'SIGSTOP') await untilPaused(child.pid);
      return;
    }
    running = undefined;
    send(child.pid, signal);
    const timer = setTimeout(() => send(child.pid, 'SIGKILL'), plan.stopWithinMs);
    await child.gone;
    clearTimeout(timer);
    await rm(pidFile, { force: true });
  };

  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    // A process that is paused would not hear SIGTERM.
    await kill('SIGCONT');
    await kill('SIGTERM');
    await plan.afterStop?.();
  };

  return {
    name: plan.name,
    port: plan.port,
    address: `127.0.0.1:${plan.port}`,
    logFile,
    get pid() {
      return running?.pid;
    },
    start,
    stop,
    kill,
  };
}

/** Where the process id of a running service is kept, for the next start to find what was left behind. */
export function pidFileOf(dataDir: string, name: string): string {
  return join(dataDir, `${name}.pid`);
}

interface RunningChild {
  readonly pid: number;
  /** Resolves when the process has ended, with the reason. */
  readonly gone: Promise<string>;
}

function launch(command: Command, logFile: string): RunningChild {
  const output = openSync(logFile, 'a');
  // Detached: Ctrl-C goes to us alone, and we stop the services after their clients.
  const child: ChildProcess = spawn(command.file, command.args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...command.env },
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
  });
  closeSync(output);
  const { pid } = child;
  const release = pid === undefined ? undefined : endWithThisProcess(pid);
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => release?.());
  if (pid === undefined) throw new Error(`${command.file} cannot be run. Is it installed and executable?`);
  return { pid, gone };
}

/** A process that has ended in this very moment needs no signal. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilReady(plan: ServicePlan, child: RunningChild, logFile: string): Promise<void> {
  const deadline = performance.now() + plan.readyWithinMs;
  let ended: string | undefined;
  void child.gone.then((how) => (ended = how));
  while (!(await plan.isReady())) {
    if (ended === undefined && performance.now() < deadline) {
      await sleep(50);
      continue;
    }
    if (ended === undefined) send(child.pid, 'SIGKILL');
    const reason = ended === undefined ? `did not answer within ${plan.readyWithinMs} ms` : `ended (${ended})`;
    throw new Error(`${plan.name} ${reason}. The end of its log ${logFile}:\n${lastLines(logFile, 15)}`);
  }
}

/** The end of a log, for people: long lines are cut. */
export function lastLines(file: string, count: number): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  return lines.map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line)).join('\n');
}
