import type { Socket } from 'node:net';

/** Held up in one direction before no more is read. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** A connection through a proxy: two sockets, and a queue in each direction. */
export class ProxiedConnection {
  /** Resolves when both sockets are gone. */
  readonly closed: Promise<void>;
  readonly #sockets: readonly Socket[];
  readonly #directions: readonly Direction[];
  #isSilent = false;

  constructor({ client, server }: { readonly client: Socket; readonly server: Socket }, delayMs: () => number) {
    this.#sockets = [client, server];
    this.#directions = [new Direction(client, server, delayMs), new Direction(server, client, delayMs)];
    for (const socket of this.#sockets) socket.once('error', () => this.reset());
    this.closed = Promise.all(
      this.#sockets.map((socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve()))),
    ).then(() => this.reset());
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Forwards nothing more, and keeps what comes. */
  silence(): void {
    this.#isSilent = true;
    for (const direction of this.#directions) direction.hold();
  }

  /** Forwards what was kept, and goes on. */
  speak(): void {
    this.#isSilent = false;
    for (const direction of this.#directions) direction.release();
  }

  reset(): void {
    for (const direction of this.#directions) direction.forget();
    for (const socket of this.#sockets) {
      // A reset just behind an end() never closes the handle, and the process then spins for ever when it should exit.
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else if (!socket.destroyed) socket.resetAndDestroy();
    }
  }
}

/** What goes from one socket to the other, in order, each piece when it is due. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #delayMs: () => number;
  /** null: the sender has ended. */
  #waiting: { readonly piece: Buffer | null; readonly dueAt: number }[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #isFull = false;

  constructor(from: Socket, to: Socket, delayMs: () => number) {
    this.#from = from;
    this.#to = to;
    this.#delayMs = delayMs;
    from.on('data', (piece: Buffer) => this.#add(piece));
    from.once('end', () => this.#add(null));
    to.on('drain', () => {
      this.#isFull = false;
      this.#forward();
    });
  }

  hold(): void {
    this.#isHeld = true;
    this.#from.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#forward();
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #add(piece: Buffer | null): void {
    const notBefore = this.#waiting.at(-1)?.dueAt ?? 0;
    this.#waiting.push({ piece, dueAt: Math.max(notBefore, performance.now() + this.#delayMs()) });
    this.#waitingBytes += piece?.length ?? 0;
    this.#forward();
  }

  #forward(): void {
    clearTimeout(this.#timer);
    while (!this.#isHeld && !this.#isFull && this.#waiting[0] !== undefined) {
      const { piece, dueAt } = this.#waiting[0];
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#forward(), Math.ceil(waitMs));
        break;
      }
      this.#waiting.shift();
      this.#waitingBytes -= piece?.length ?? 0;
      if (this.#to.destroyed) continue;
      if (piece === null) this.#to.end();
      else this.#isFull = !this.#to.write(piece);
    }
    const mayRead = !this.#isHeld && this.#waitingBytes < MOST_WAITING_BYTES;
    if (mayRead) this.#from.resume();
    else this.#from.pause();
  }
}
