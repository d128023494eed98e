import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { ProxiedConnection } from './proxied-connection.ts';

/** What a link does to the bytes that pass. */
export interface LinkWeather {
  /** How long a piece of data is held up, drawn for each, in each direction. */
  delayMs(): number;
}

const CLEAR: LinkWeather = { delayMs: () => 0 };

/** A link to a server on this machine that can be cut, slow, or silent without being closed, for all its connections or some. */
export class TcpProxy {
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();
  #weather = CLEAR;
  #isSilent = false;

  private constructor(targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      const connection = new ProxiedConnection({ client, server }, () => this.#weather.delayMs());
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
      if (this.#isSilent) connection.silence();
    });
  }

  /** Listens on `port` of the loopback interface, 0 for any free one. */
  static async listen(targetPort: number, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Ends every connection by a reset, what was on its way included. */
  cut(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Holds everything up from now on, in order. */
  slowDown(weather: LinkWeather): void {
    this.#weather = weather;
  }

  /**
   * Takes and gives no more bytes, and closes nothing: on the connections that `chosen` says, and on new ones if `also` says so. Those are accepted
   * and hear nothing.
   */
  fallSilent({ chosen, newOnes }: { readonly chosen: () => boolean; readonly newOnes: boolean }): void {
    this.#isSilent = newOnes;
    for (const connection of this.#connections) if (chosen()) connection.silence();
  }

  /** Everything passes again. What a silent connection has kept is delivered, late, or is lost with the connection. */
  heal({ deliver }: { readonly deliver: boolean }): void {
    this.#weather = CLEAR;
    this.#isSilent = false;
    for (const connection of this.#connections) {
      if (!connection.isSilent) continue;
      if (deliver) connection.speak();
      else connection.reset();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}
