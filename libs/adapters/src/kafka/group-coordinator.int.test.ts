import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { localDir } from '../../../../deploy/local/cached-download.ts';
import { freePort } from '../../../../deploy/local/free-port.ts';
import { type Services, startServices } from '../../../../deploy/local/services.ts';
import { InputRig, soon } from '../../test/input-rig.ts';

const FIND_COORDINATOR = 10;
// A broker of its own, behind a relay that can hang up on a kind of request.
const dataDir = join(localDir, `test-group-coordinator-${process.pid}`);
let relay: Server;
let services: Services;
let rig: InputRig;
let hangUps = 0;
let hangsUp = false;

beforeAll(async () => {
  const port = await freePort();
  relay = createServer((client) => {
    const broker = connect(port, '127.0.0.1');
    client.on('data', (request) => {
      if (hangsUp && request.readInt16BE(4) === FIND_COORDINATOR) {
        hangUps += 1;
        client.destroy();
      } else broker.write(request);
    });
    broker.pipe(client);
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const proxyPort = (relay.address() as AddressInfo).port;
  services = await startServices({ dataDir, redis: false, kafka: { proxied: { port, proxyPort } } });
  rig = new InputRig(`127.0.0.1:${proxyPort}`);
}, 90_000);

afterAll(async () => {
  await rig?.closeMembers();
  await rig?.close();
  await services?.stop();
  relay?.close();
  await rm(dataDir, { recursive: true, force: true });
});

it('a member whose connection breaks whenever it asks for its coordinator tries again until it is told', async () => {
  const topic = await rig.makeTopic(2, 3);
  hangsUp = true;
  const member = await rig.join(topic);
  await vi.waitFor(() => expect(hangUps).toBeGreaterThan(2), soon);
  hangsUp = false;
  await vi.waitFor(() => expect(member.handled.size).toBe(2), soon);
  expect(member.crashes).toEqual([]);
});
