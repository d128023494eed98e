import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** Clock ticks of Linux's /proc, a second. */
const TICKS_PER_SECOND = 100;

/** Processor time that a process has used so far, microseconds, to 10 ms; Linux only. */
export function cpuUsOf(pid: number | undefined): number {
  if (pid === undefined) throw new Error('the process is down');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/** Resident memory of a process, bytes. */
export function residentBytesOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Median size of account records in a Redis, bytes, from a sample by name prefix. */
export async function medianRecordBytes(port: number, pattern: string): Promise<number> {
  const script = `local sizes = {}; local cursor = '0'; repeat local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000); cursor = page[1]; for _, name in ipairs(page[2]) do sizes[#sizes + 1] = redis.call('STRLEN', name) end until cursor == '0' or #sizes > 5000; table.sort(sizes); return sizes[math.ceil(#sizes / 2)] or 0`;
  const args = ['EVAL', script, '0', pattern];
  const request = `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
  const reply = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.end();
      resolve(data.toString());
    });
  });
  return Number(reply.slice(1).trim());
}
