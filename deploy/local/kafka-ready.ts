import { connect } from 'node:net';

/** Whether the broker on this port answers a metadata request and is in its own answer. A broker that has just been
 *  started again listens for some seconds before the controller lets it back in, and until then no topic has a leader.
 *  Speaks the one request by hand: a client library would retry, log and keep timers. */
export function knowsItsBroker(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = Buffer.alloc(0);
    const done = (known: boolean): void => {
      socket.destroy();
      resolve(known);
    };
    socket.setTimeout(2000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => socket.write(metadataRequest('holdfast-ready')));
    socket.on('data', (part) => {
      answer = Buffer.concat([answer, part]);
      if (answer.length >= ANSWER.brokerCountAt + 4) done(answer.readInt32BE(ANSWER.brokerCountAt) > 0);
    });
  });
}

/** Metadata v4 for no topic: size, key, version, correlation id, client id, number of topics, no automatic creation. */
function metadataRequest(clientId: string): Buffer {
  const body = Buffer.alloc(2 + 2 + 4 + 2 + clientId.length + 4 + 1);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(4, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(clientId.length, 8);
  body.write(clientId, 10, 'ascii');
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length, 0);
  return Buffer.concat([size, body]);
}

/** The answer begins with its size, the correlation id and the throttle time, four bytes each. */
const ANSWER = { brokerCountAt: 12 } as const;
