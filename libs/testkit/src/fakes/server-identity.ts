import type { Fenced } from '#libs/core';
import type { StoredPartition } from './stored-partition.ts';

const ID_DIGITS = 40;

/** Who a server in memory is: its process and its history, counted. */
export class ServerIdentity {
  #starts = 1;
  #histories = 1;

  /** `<run_id>:<master_replid>`. */
  get text(): string {
    const id = (count: number): string => count.toString(16).padStart(ID_DIGITS, '0');
    return `${id(this.#starts)}:${id(this.#histories)}`;
  }

  /** Another history, of another process or of the same. */
  begin({ sameProcess }: { readonly sameProcess: boolean }): void {
    if (!sameProcess) this.#starts += 1;
    this.#histories += 1;
  }

  /** What a home-checked script says when `home` is not the expected one, or not of this server; null when it is. */
  fenced({ home }: StoredPartition, expected: string): Fenced | null {
    const sameServer = home?.includes(this.text) ?? false;
    return home === expected && sameServer ? null : { status: 'fenced', home, sameServer };
  }
}
