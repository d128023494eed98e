import { accountVector, decodeAccount, encodeAccount, reduce } from '#libs/core';
import { measureCpu, type Measured } from './measured-cpu.ts';
import { type AccountAtWork, decided, PARAMETERS } from './simulated-accounts.ts';

const TOUCHES = 20_000;
const ROUNDS = 5;
const ARENA_BYTES = 1 << 30;
const VERSION = 1e9;

/**
 * What one transaction costs among so many accounts, touched at random: read the record, compute, reduce, write. Each account has a record of its own in
 * memory, a copy of one of a few thousand: what differs is where it lies, and that is what is measured. One record for all costs less than the caches
 * of a processor hold, and would measure nothing.
 */
export function touchAccounts(accounts: readonly AccountAtWork[], among: readonly number[]): Measured[] {
  return among.map((count) => {
    const records = copies(accounts, count);
    let random = 1;
    return measureCpu(`read, compute, reduce, write, among ${count}`, { rounds: ROUNDS, transactions: TOUCHES }, () => {
      for (let i = 0; i < TOUCHES; i++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        const account = Math.floor((random / 2 ** 32) * count);
        const { event } = accounts[account % accounts.length]!;
        const state = decodeAccount(records(account), VERSION);
        accountVector(state, event);
        encodeAccount(reduce(state, decided(event, VERSION + 1), PARAMETERS).state, null);
      }
    });
  });
}

/** `count` records side by side in arenas, account i having a copy of record i mod the number of accounts. */
function copies(accounts: readonly AccountAtWork[], count: number): (account: number) => Uint8Array {
  const room = Math.max(...accounts.map(({ record }) => record.length));
  const perArena = Math.floor(ARENA_BYTES / room);
  const arenas = Array.from({ length: Math.ceil(count / perArena) }, (_, i) => {
    const held = Math.min(perArena, count - i * perArena);
    return new Uint8Array(held * room);
  });
  const place = (account: number): Uint8Array => {
    const { record } = accounts[account % accounts.length]!;
    const at = (account % perArena) * room;
    return arenas[Math.floor(account / perArena)]!.subarray(at, at + record.length);
  };
  for (let account = 0; account < count; account++) place(account).set(accounts[account % accounts.length]!.record);
  return place;
}
