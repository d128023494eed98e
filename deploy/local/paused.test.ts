import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { untilPaused } from './paused.ts';

test.skipIf(!existsSync('/proc/self/task'))(
  'a process stands still once it is told to pause, and not before',
  async () => {
    const busy = spawn(process.execPath, ['-e', 'setInterval(() => process.stdout.write("."), 1)']);
    let heard = 0;
    busy.stdout.on('data', (dots: Buffer) => (heard += dots.length));
    const pid = busy.pid ?? 0;
    await once(busy.stdout, 'data');
    let isPaused = false;
    const paused = untilPaused(pid).then(() => (isPaused = true));
    await sleep(50);
    expect(isPaused).toBe(false);
    process.kill(pid, 'SIGSTOP');
    await paused;
    await sleep(50);
    const before = heard;
    await sleep(50);
    expect(heard).toBe(before);
    busy.kill('SIGKILL');
    await once(busy, 'exit');
    await expect(untilPaused(pid)).resolves.toBeUndefined();
  },
);
