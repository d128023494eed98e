import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entityHistories,
  EntityOracle,
  entityQuestions,
  HISTORY_SOURCES,
  historyRuns,
  interleaved,
  type ArrivingChange,
  type AskedLater,
  type EntityHistory,
  type EntityQuestion,
} from '#libs/testkit';
import { encodeEntity } from './entity-codec.ts';
import { ENTITY_FEATURES } from './entity-manifest.ts';
import { EntityRun } from './entity-run.test-support.ts';
import type { EntityState } from './entity-state.ts';

/** Compares every vector with the oracle's: that of each transaction before it is applied, and of a question after each change. */
function expectByDefinition(
  { parameters, changes }: EntityHistory,
  questions: readonly AskedLater[],
  asBytes: readonly boolean[],
): void {
  const run = new EntityRun(parameters);
  const oracle = new EntityOracle(parameters);
  const compare = (question: EntityQuestion): void => {
    const vector = run.vectorOf(question);
    const expected = oracle.vectorOf(question);
    if (vector.every((value, i) => Object.is(value, expected[i]))) return;
    expect(named(vector)).toEqual(named(expected));
  };
  for (const [i, { change }] of changes.entries()) {
    if (change.type === 'transaction') compare(change);
    run.apply(change, { asBytes: asBytes[i % asBytes.length] === true });
    oracle.apply(change);
    const { back, afterMs, entities } = questions[i % questions.length] as AskedLater;
    const { change: earlier } = changes[Math.max(0, i - back)] as ArrivingChange;
    const before = earlier.type === 'transaction' ? earlier : earlier.effect;
    const eventTimeMs = before.eventTimeMs + afterMs;
    compare({ entities: entities ?? before.entities, eventTimeMs, amountMinor: 1234, currency: 'EUR' });
  }
}

function named(vector: Float32Array): Record<string, number> {
  return Object.fromEntries(ENTITY_FEATURES.map(({ name }, i) => [name, vector[i] as number]));
}

const asked = fc.array(entityQuestions, { minLength: 1, maxLength: 4 });
const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 16 });
const sources = fc.array(fc.nat(HISTORY_SOURCES - 1), { minLength: 1, maxLength: 16 });

describe('features of entities', () => {
  it(
    'are what their definitions say of all changes so far, whenever records are written and read',
    { timeout: 0 },
    () => {
      const histories = entityHistories({ minChanges: 3, maxChanges: 15 });
      fc.assert(fc.property(histories, asked, flags, expectByDefinition), { numRuns: historyRuns(12_000) });
    },
  );

  it('are so in long histories too', { timeout: 0 }, () => {
    const histories = entityHistories({ minChanges: 100, maxChanges: 250 });
    fc.assert(fc.property(histories, asked, flags, expectByDefinition), { numRuns: historyRuns(200) });
  });

  it(
    'depend on which changes have come and not on how those of different partitions were interleaved',
    { timeout: 0 },
    () => {
      const histories = entityHistories({ minChanges: 3, maxChanges: 40 });
      fc.assert(
        fc.property(histories, sources, (history, choices) => {
          const one = runOf(history, history.changes);
          const other = runOf(history, interleaved(history, choices));
          expect([...other.states.keys()].sort()).toEqual([...one.states.keys()].sort());
          for (const [name, state] of one.states) {
            expect(encodeEntity(other.states.get(name) as EntityState)).toEqual(encodeEntity(state));
          }
        }),
        { numRuns: historyRuns(1_200) },
      );
    },
  );
});

function runOf({ parameters }: EntityHistory, changes: readonly ArrivingChange[]): EntityRun {
  const run = new EntityRun(parameters);
  for (const { change } of changes) run.apply(change, { asBytes: false });
  return run;
}
