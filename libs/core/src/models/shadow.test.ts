import { beforeEach, describe, expect, test } from 'vitest';
import { fakeModel } from '#libs/testkit';
import type { Decision } from '../decision.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { RegisteredModel } from '../ports/model-source.ts';
import { ChallengerWatch } from './challenger-watch.ts';
import type { OwnedModel } from './champion-slot.ts';
import { Shadow, type ShadowTally } from './shadow.ts';

let told: string[];
let tallies: ShadowTally[];
let closed: string[];
let nowMs: number;
let shadow: Shadow;

beforeEach(() => {
  [told, tallies, closed, nowMs] = [[], [], [], 0];
  const clock: Clock = { nowMs: () => 0, monotonicMs: () => nowMs, sleep: async () => undefined, random: () => 0.5 };
  shadow = new Shadow({
    policy: DEFAULT_POLICY,
    clock,
    limits: { queueDecisions: 200, deadlineMs: 25 },
    hooks: {
      scored: (_, tally) => void tallies.push(tally),
      dropped: (decisions) => void told.push(`dropped ${decisions}`),
      letGo: ({ version }, reason) => void told.push(`${version}: ${reason}`),
    },
  });
});

describe('challengers', () => {
  test('score every decision beside the champion, in batches, and are counted against it', async () => {
    shadow.add(challenger('1', 0.9));
    for (let n = 0; n < 150; n += 1) shadow.offer(decision(n % 3 === 0 ? 'hold' : 'approve'));
    await shadow.work();
    expect(tallies).toHaveLength(3);
    expect(total(tallies)).toEqual({ bothHold: 50, championOnly: 0, challengerOnly: 100, neither: 0 });
  });

  test('see only what they were trained on, and what the champion scored', async () => {
    shadow.add(challenger('1', 0.9));
    shadow.offer({ ...decision('hold'), featureSet: 'other' });
    shadow.offer({ ...decision('hold'), probability: null });
    await shadow.work();
    expect(tallies).toEqual([]);
  });

  test('miss what there is no room for, and nothing waits where there are none', async () => {
    for (let n = 0; n < 1_000; n += 1) shadow.offer(decision('hold'));
    expect(told).toEqual([]);
    shadow.add(challenger('1', 0.9));
    for (let n = 0; n < 203; n += 1) shadow.offer(decision('hold'));
    expect(told).toEqual(['dropped 1', 'dropped 1', 'dropped 1']);
  });

  test('are let go when they fail, without a word to the others', async () => {
    const failing = { ...challenger('1', 0.9), score: () => Promise.reject(new Error('broken')) };
    shadow.add(failing);
    shadow.add(challenger('2', 0.01));
    shadow.offer(decision('hold'));
    await shadow.work();
    expect(told).toEqual(['1: broken']);
    expect(closed).toEqual(['1']);
    expect(total(tallies)).toMatchObject({ championOnly: 1 });
    expect(shadow.identities.map(({ version }) => version)).toEqual(['2']);
  });

  test('are let go when they are slow three times in a row, not when the machine was once', async () => {
    const slow = challenger('1', 0.9);
    const tookMs = [30, 1, 30, 30, 30];
    shadow.add({
      ...slow,
      score: async (vectors, rows) => {
        nowMs += tookMs.shift() ?? 0;
        return slow.score(vectors, rows);
      },
    });
    for (let run = 0; run < 5; run += 1) {
      expect(told).toEqual([]);
      shadow.offer(decision('hold'));
      await shadow.work();
    }
    expect(told).toEqual(['1: 3 runs took more than 25 ms each']);
  });
});

describe('a watch of the challengers', () => {
  test('adds and removes what the registry does, and tells once of one that cannot be used', async () => {
    let named: RegisteredModel[] | null = [registered('1'), registered('bad')];
    const watch = new ChallengerWatch(
      {
        registered: async () =>
          named === null
            ? { kind: 'unusable', reason: '', mayPass: true }
            : { kind: 'registered', champion: registered('0'), challengers: named },
        load: async ({ version }) =>
          version === 'bad'
            ? { kind: 'unusable', reason: 'bad model', mayPass: true }
            : { kind: 'loaded', model: challenger(version, 0.5) },
      },
      shadow,
      (reason) => void told.push(reason),
    );
    const now = () => shadow.identities.map(({ version }) => version);
    await watch.look();
    await watch.look();
    expect([now(), told]).toEqual([['1'], ['bad model']]);
    named = null;
    await watch.look();
    expect(now()).toEqual(['1']);
    named = [registered('2')];
    await watch.look();
    expect([now(), closed]).toEqual([['2'], ['1']]);
  });
});

function registered(version: string): RegisteredModel {
  return { id: 'm', version, manifestSha256: 'ab' };
}

function challenger(version: string, probability: number): OwnedModel {
  return {
    ...fakeModel(),
    reference: null,
    identity: { id: 'm', version, sha256: version },
    score: async (_, rows) => new Float32Array(rows).fill(probability),
    close: async () => void closed.push(version),
  };
}

function decision(outcome: Decision['outcome']): Decision {
  const transaction = { amountMinor: 10_000, currency: 'EUR' };
  return { outcome, transaction, probability: 0.5, featureSet: fakeModel().featureSet, vector: new Float32Array(2) } as Decision; // prettier-ignore
}

function total(all: readonly ShadowTally[]): ShadowTally {
  const sum = (of: keyof ShadowTally): number => all.reduce((count, tally) => count + tally[of], 0);
  return { bothHold: sum('bothHold'), championOnly: sum('championOnly'), challengerOnly: sum('challengerOnly'), neither: sum('neither') }; // prettier-ignore
}
