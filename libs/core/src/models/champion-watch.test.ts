import { beforeEach, describe, expect, test } from 'vitest';
import { fakeModel } from '#libs/testkit';
import type { ModelSource, ModelUnusable, RegisteredModel } from '../ports/model-source.ts';
import { ChampionSlot, type OwnedModel } from './champion-slot.ts';
import { ChampionWatch } from './champion-watch.ts';

let registry: RegisteredModel | ModelUnusable;
let unusable: Map<string, ModelUnusable>;
let told: string[];
let loads: string[];
let slot: ChampionSlot;

beforeEach(() => {
  registry = registered('1');
  unusable = new Map();
  told = [];
  loads = [];
  slot = new ChampionSlot(owned('1'));
});

describe('a watch of the registry', () => {
  test('takes each new champion once, and tells of it', async () => {
    const watch = watching();
    await watch.look();
    registry = registered('2');
    await watch.look();
    await watch.look();
    expect(slot.identity.version).toBe('2');
    registry = registered('1');
    await watch.look();
    expect(slot.identity.version).toBe('1');
    expect(told).toEqual(['1 -> 2', '2 -> 1']);
    expect(loads).toEqual(['2', '1']);
  });

  test('takes other bytes under the same name', async () => {
    const watch = watching();
    registry = { ...registered('1'), manifestSha256: 'other' };
    await watch.look();
    expect(loads).toEqual(['1']);
  });

  test('keeps the champion that it has when the next is refused, tells once, and does not try the same again', async () => {
    const watch = watching();
    unusable.set('2', { kind: 'unusable', reason: 'wrong answers', mayPass: false });
    registry = registered('2');
    await watch.look();
    await watch.look();
    expect(slot.identity.version).toBe('1');
    expect(watch.isCurrent).toBe(false);
    expect(told).toEqual(['wrong answers']);
    expect(loads).toEqual(['2']);
  });

  test('tells again of a refused one that was taken back and promoted once more', async () => {
    const watch = watching();
    unusable.set('2', { kind: 'unusable', reason: 'wrong answers', mayPass: false });
    for (const version of ['2', '1', '2']) {
      registry = registered(version);
      await watch.look();
      expect(watch.isCurrent).toBe(version === '1');
    }
    expect(told).toEqual(['wrong answers', 'wrong answers']);
  });

  test('waits for files that are on their way', async () => {
    const watch = watching();
    unusable.set('2', { kind: 'unusable', reason: 'no file', mayPass: true });
    registry = registered('2');
    await watch.look();
    await watch.look();
    expect(told).toEqual(['no file']);
    unusable.clear();
    await watch.look();
    expect(slot.identity.version).toBe('2');
    expect(watch.isCurrent).toBe(true);
  });

  test('goes on while the registry cannot be read', async () => {
    const watch = watching();
    registry = { kind: 'unusable', reason: 'no registry', mayPass: true };
    await watch.look();
    expect(slot.identity.version).toBe('1');
    expect(watch.isCurrent).toBe(false);
    registry = registered('1');
    await watch.look();
    expect(watch.isCurrent).toBe(true);
    expect(told).toEqual(['no registry']);
  });

  test('takes no more than so many in the life of a process, and says what to do', async () => {
    const watch = watching(1);
    for (const version of ['2', '3']) {
      registry = registered(version);
      await watch.look();
    }
    expect(slot.identity.version).toBe('2');
    expect(told[1]).toMatch(/m 3 is not taken.*restart/);
  });
});

function watching(maxSwaps = 10): ChampionWatch {
  const source: ModelSource = {
    registered: async () =>
      'kind' in registry ? registry : { kind: 'registered', champion: registry, challengers: [] },
    load: async ({ version }) => {
      loads.push(version);
      return unusable.get(version) ?? { kind: 'loaded', model: owned(version) };
    },
  };
  const hooks = {
    swapped: ({ from, to }: { from: { version: string }; to: { version: string } }) =>
      void told.push(`${from.version} -> ${to.version}`),
    refused: (reason: string) => void told.push(reason),
  };
  return new ChampionWatch({ source, slot, registered: registered('1'), hooks, maxSwaps });
}

function registered(version: string): RegisteredModel {
  return { id: 'm', version, manifestSha256: 'ab' };
}

function owned(version: string): OwnedModel {
  const model = fakeModel();
  return { ...model, reference: null, identity: { ...model.identity, id: 'm', version }, close: async () => undefined };
}
