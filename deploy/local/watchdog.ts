import { spawn } from 'node:child_process';

/** Ends the process `pid` when this process is gone, however it went: a shell waits on a pipe whose other end only we
 *  hold, and the system closes that end even after kill -9. Works the same on Linux and macOS.
 *  Call the returned function once `pid` has ended by itself, before its number can belong to somebody else. */
export function endWithThisProcess(pid: number): () => void {
  const script = 'read -r _; kill -9 "$1" 2>/dev/null';
  // Detached: a Ctrl-C in the terminal must not end the watchdog before its charge.
  const shell = spawn('/bin/sh', ['-c', script, 'holdfast-watchdog', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  shell.stdin.on('error', () => undefined);
  // A pipe is a handle of its own, and it may not keep us alive either.
  (shell.stdin as unknown as { unref(): void }).unref();
  return () => {
    shell.kill('SIGKILL');
  };
}
