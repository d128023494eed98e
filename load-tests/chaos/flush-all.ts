import { connect } from 'node:net';

/** Deletes everything in the Redis on this port. */
export function flushAll(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis hung up before it answered FLUSHALL')));
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString().startsWith('+OK')) resolve();
      else reject(new Error(`FLUSHALL was answered ${answer.toString().trim()}`));
    });
  });
}
