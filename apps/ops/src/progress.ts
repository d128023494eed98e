import { performance } from 'node:perf_hooks';
import type { Terminal } from './terminal.ts';

const TTY_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 5_000;
const number = new Intl.NumberFormat('en');

/** Says on stderr how far long work is: a line written over on a terminal, one line every 5 s elsewhere. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #total: number | null;
  readonly #startedAtMs = performance.now();
  #saidAtMs = this.#startedAtMs;
  #saidDone = 0;
  #done = 0;
  #written = false;

  /** `what` is named in every line; `total` is null when it is not known. */
  constructor(terminal: Terminal, what: string, total: number | null) {
    this.#terminal = terminal;
    this.#what = what;
    this.#total = total;
  }

  /** `done` is the total so far. */
  update(done: number): void {
    this.#done = done;
    const nowMs = performance.now();
    const sinceMs = nowMs - this.#saidAtMs;
    if (sinceMs < (this.#terminal.isTty ? TTY_INTERVAL_MS : LINE_INTERVAL_MS)) return;
    const rate = ((done - this.#saidDone) / sinceMs) * 1_000;
    this.#saidAtMs = nowMs;
    this.#saidDone = done;
    this.#say(rate);
  }

  /** Ends the line that was written over, if there is one. */
  end(): void {
    if (this.#written && this.#terminal.isTty) {
      this.#say((this.#done / (performance.now() - this.#startedAtMs)) * 1_000);
      this.#terminal.err('\n');
    }
  }

  #say(rate: number): void {
    const total = this.#total;
    const share = total === null || total === 0 ? '' : ` ${Math.floor((100 * this.#done) / total)} %`;
    const of = total === null ? '' : ` of ${number.format(total)}`;
    const left = total === null || rate <= 0 ? '' : `, ${Math.ceil((total - this.#done) / rate)} s left`;
    const line = `${this.#what}: ${number.format(this.#done)}${of}${share}, ${number.format(Math.round(rate))}/s${left}`;
    this.#terminal.err(this.#terminal.isTty ? `\r\u001b[2K${line}` : `${line}\n`);
    this.#written = true;
  }
}

/** A count for people. */
export function formatCount(count: number): string {
  return number.format(count);
}
