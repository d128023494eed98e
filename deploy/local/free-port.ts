import { createServer } from 'node:net';

/** Below the range from which systems give ports to outgoing connections, so that a service that is down for a moment
 *  finds its port free when it comes back. */
const PORTS = { from: 20_000, to: 32_000 } as const;

/** A port of the loopback interface that nobody has at the moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${PORTS.from} and ${PORTS.to} on 127.0.0.1.`);
}

/** The port that people expect if nobody has it, else another one. */
export async function freePortLike(expected: number): Promise<number> {
  return (await isFree(expected)) ? expected : freePort();
}

/** Whether one can listen on this port of the loopback interface. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
