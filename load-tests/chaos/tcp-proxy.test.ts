import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;
const clients: Socket[] = [];
const all = () => true;

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.listen((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

/** A connection through the proxy, with what it has heard. */
async function client() {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let heard = '';
  socket.on('data', (part) => (heard += part.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const hears = async (text: string): Promise<void> => {
    while (heard !== text) await Promise.race([once(socket, 'data').catch(() => undefined), closed]);
  };
  const closed = new Promise<never>((_, reject) => {
    socket.once('close', () => reject(new Error(`closed after "${heard}"`)));
  });
  closed.catch(() => undefined);
  return { socket, hears, closed, heard: () => heard };
}

test('everything passes both ways, the end too', async () => {
  const { socket, hears, closed } = await client();
  const text = 'abc'.repeat(700_000);
  socket.end(text);
  await hears(text);
  await expect(closed).rejects.toThrow('closed');
});

test('a cut ends all connections, and new ones pass', async () => {
  const [first, second] = [await client(), await client()];
  first.socket.write('a');
  await first.hears('a');
  second.socket.write('b');
  await second.hears('b');
  proxy.cut();
  await Promise.all([first, second].map(({ closed }) => expect(closed).rejects.toThrow('closed')));
  const third = await client();
  third.socket.write('c');
  await third.hears('c');
  expect(proxy.connections).toBe(1);
});

test('a slow link keeps the order', async () => {
  const { socket, hears } = await client();
  const delays = [30, 0, 20, 0];
  let passed = 0;
  proxy.slowDown({ delayMs: () => delays[passed++ % delays.length] as number });
  const startedAt = performance.now();
  for (const word of ['one ', 'two ', 'three ', 'four ']) {
    socket.write(word);
    await sleep(2);
  }
  await hears('one two three four ');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(30);
});

test('a silent link takes connections, says nothing, closes nothing, and delivers late', async () => {
  const before = await client();
  before.socket.write('a');
  await before.hears('a');
  proxy.fallSilent({ chosen: all, newOnes: true });
  before.socket.write('b');
  const during = await client();
  during.socket.write('c');
  await sleep(50);
  expect([before.heard(), during.heard()]).toEqual(['a', '']);
  proxy.heal({ deliver: true });
  await Promise.all([before.hears('ab'), during.hears('c')]);
});

test('what a silent link has kept can be lost with its connections', async () => {
  const { socket, closed, heard } = await client();
  proxy.fallSilent({ chosen: all, newOnes: false });
  socket.write('lost');
  const other = await client();
  other.socket.write('passes');
  await other.hears('passes');
  proxy.heal({ deliver: false });
  await expect(closed).rejects.toThrow('closed');
  expect(heard()).toBe('');
});

test('a cut in the moment in which a side has ended leaves no socket behind', async () => {
  const { socket, hears, closed } = await client();
  socket.write('a');
  await hears('a');
  proxy.slowDown({
    delayMs: () => {
      queueMicrotask(() => proxy.cut());
      return 0;
    },
  });
  socket.end();
  await expect(closed).rejects.toThrow('closed');
  await vi.waitFor(() => expect(proxy.connections).toBe(0));
});

test('a server that is not there ends the connection', async () => {
  const nowhere = await TcpProxy.listen(1);
  const socket = connect(nowhere.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  expect(nowhere.connections).toBe(0);
  await nowhere.close();
});
