import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './all-mutants.ts';
import { applied, type Edit } from './mutant.ts';
import { SIMULATED_MUTANTS } from './simulated-mutants.ts';

const sourceOf = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

function mutated(edits: readonly Edit[]): (string | null)[] {
  const texts = new Map<string, string>();
  return edits.map((edit) => {
    const text = applied(texts.get(edit.file) ?? sourceOf(edit.file), edit);
    if (text !== null) texts.set(edit.file, text);
    return text;
  });
}

describe('the mutants', () => {
  it('have names of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it.each(MUTANTS)('can be made, and name a test that there is: $name', ({ edits, test }) => {
    expect(mutated(edits)).not.toContain(null);
    const byParameter = test.name.replace(/: \w+$/, ': %s');
    const names = [test.name, byParameter].flatMap((name) => [`'${name}'`, `"${name}"`]);
    const source = sourceOf(test.file);
    expect(names.some((name) => source.includes(name))).toBe(true);
  });

  it.each(SIMULATED_MUTANTS)('can be made for the simulation: $name', ({ edits }) => {
    expect(mutated(edits)).not.toContain(null);
  });
});
