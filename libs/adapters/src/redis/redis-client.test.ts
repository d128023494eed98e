import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { connectRedis, type RedisConnection, waitForRedis } from './redis-client.ts';

let server: Server | undefined;
let connection: RedisConnection | undefined;
afterEach(async () => {
  await connection?.close();
  server?.close();
});

/** A server that says to the first INFO that it is loading for a minute more, and to the next that it is done. */
async function loadingServer(): Promise<string> {
  let asked = 0;
  server = createServer((socket) => {
    socket.on('data', (data) => {
      for (const [, command] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        if (command?.toLowerCase() !== 'info') {
          socket.write('+OK\r\n');
          continue;
        }
        asked += 1;
        const info = asked === 1 ? 'loading:1\r\nloading_eta_seconds:60\r\n' : 'loading:0\r\n';
        socket.write(`$${info.length}\r\n${info}\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('a connection is ready as soon as the server has loaded its data, whatever the server had estimated', async () => {
  connection = connectRedis(await loadingServer(), { name: 'test', commandTimeoutMs: 2_000 });
  await expect(waitForRedis(connection.redis, 3_000)).resolves.toBeUndefined();
});
