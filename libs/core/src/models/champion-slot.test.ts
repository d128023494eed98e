import { expect, test } from 'vitest';
import { fakeModel } from '#libs/testkit';
import { ChampionSlot, type OwnedModel } from './champion-slot.ts';

test('a batch keeps the model that it began with, and the next one has the new one', async () => {
  const [first, second] = [owned('1'), owned('2')];
  const slot = new ChampionSlot(first);
  const gate = Promise.withResolvers<void>();
  const batch = slot.use(async (model) => {
    await gate.promise;
    await model.score(new Float32Array(1), 1);
    return model.identity.version;
  });
  const replaced = slot.replace(second);
  expect(slot.identity.version).toBe('2');
  expect(await slot.use(async ({ identity }) => identity.version)).toBe('2');
  expect(first.isClosed()).toBe(false);
  gate.resolve();
  expect(await batch).toBe('1');
  await replaced;
  expect(first.isClosed()).toBe(true);
  expect(second.isClosed()).toBe(false);
});

test('a batch that fails lets go of its model too', async () => {
  const first = owned('1');
  const slot = new ChampionSlot(first);
  const failing = slot.use(() => Promise.reject(new Error('the store is away')));
  await expect(failing).rejects.toThrow('the store is away');
  await slot.replace(owned('2'));
  expect(first.isClosed()).toBe(true);
});

test('a slot that is closed waits for the last batch', async () => {
  const only = owned('1');
  const slot = new ChampionSlot(only);
  const gate = Promise.withResolvers<void>();
  const batch = slot.use(() => gate.promise);
  const closed = slot.close();
  await Promise.resolve();
  expect(only.isClosed()).toBe(false);
  gate.resolve();
  await Promise.all([batch, closed]);
  expect(only.isClosed()).toBe(true);
});

/** A model that fails once it is closed, as a real one. */
function owned(version: string): OwnedModel & { isClosed(): boolean } {
  const model = fakeModel();
  let closed = false;
  return {
    ...model,
    reference: null,
    identity: { ...model.identity, version },
    score: async (vectors, rows) => {
      if (closed) throw new Error('closed');
      return model.score(vectors, rows);
    },
    close: async () => {
      closed = true;
    },
    isClosed: () => closed,
  };
}
