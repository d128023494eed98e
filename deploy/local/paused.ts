import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN_MS = 5_000;
const LOOK_MS = 2;

/**
 * Resolves when every thread of a process stands still after a SIGSTOP: on a busy machine the signal is heard milliseconds after it was sent, and the process
 * goes on until then. At once where there is no /proc to tell, or no such process. Rejects after 5 s.
 */
export async function untilPaused(pid: number): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS;
  while ((await threadStates(pid)).some((state) => state !== 'T')) {
    if (performance.now() > giveUpAt) throw new Error(`process ${pid} does not stand still after SIGSTOP`);
    await sleep(LOOK_MS);
  }
}

async function threadStates(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(noneIfGone);
  const stats = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').then((text) => [text], noneIfGone)),
  );
  // The state follows the name, which may itself hold parentheses.
  return stats.flat().map((stat) => stat.charAt(stat.lastIndexOf(')') + 2));
}

/** A thread or process may end while it is looked at. */
function noneIfGone(error: unknown): string[] {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ESRCH') return [];
  throw error;
}
