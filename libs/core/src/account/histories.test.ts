import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountOracle, accountStreams, historyRuns, runEngine, type AccountStream, type Fate } from '#libs/testkit';
import { encodeAccount } from './account-codec.ts';
import type { AccountState } from './account-state.ts';

/** Follows a run with the oracle and says where the engine first differs from it; null when it never does. */
function firstDifference(stream: AccountStream): string | null {
  const oracle = new AccountOracle();
  let difference: string | null = null;
  const watch = (fate: Fate, state: AccountState): void => {
    difference ??= differenceOf(fate, state, { oracle, stream });
  };
  runEngine(stream, { between: 'bytes', watch });
  return difference;
}

function differenceOf(
  fate: Fate,
  state: AccountState,
  { oracle, stream: { parameters } }: { oracle: AccountOracle; stream: AccountStream },
): string | null {
  const expired = fate.expired.map(({ identity }) => identity);
  if (fate.type === 'transaction') {
    if (fate.event === null || fate.vector === null) return null;
    if (text(fate.vector) !== text(oracle.accountVectorOf(fate.event))) return `the vector of seq ${fate.event.seq}`;
    const outcomes = oracle.apply(fate.event, parameters);
    const amended = fate.amended.map(({ amendment: { identity }, effect }) => ({ identity, effect }));
    if (text({ amended, expired }) !== text(outcomes)) return `what became of amendments at seq ${fate.event.seq}`;
  } else {
    if (fate.amendment === null) return null;
    const outcomes = oracle.amend(fate.amendment, parameters);
    if (text({ effect: fate.effect, expired }) !== text(outcomes)) return `the effect of seq ${fate.amendment.seq}`;
  }
  return text(encodeAccount(state, null)) === text(encodeAccount(oracle.state, null)) ? null : 'the state';
}

/** Equal for equal values, and for arrays of numbers only when they are equal in every bit. */
function text(value: unknown): string {
  if (!(value instanceof Uint8Array) && !(value instanceof Float32Array)) return JSON.stringify(value);
  return String.fromCharCode(...new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
}

describe('an account, step by step', () => {
  const expectSame = (streams: fc.Arbitrary<AccountStream>, runs: number): void => {
    fc.assert(
      fc.property(streams, (stream) => {
        expect(firstDifference(stream)).toBeNull();
      }),
      { numRuns: historyRuns(runs) },
    );
  };

  it(
    'has the oracle’s state, vectors and effects in every bit, over short histories of everything that can happen',
    { timeout: 0 },
    () => expectSame(accountStreams({ maxDeliveries: 12 }), 10_000),
  );

  it('has them over long histories too', { timeout: 0 }, () =>
    expectSame(accountStreams({ minDeliveries: 60, maxDeliveries: 150 }), 120),
  );
});
