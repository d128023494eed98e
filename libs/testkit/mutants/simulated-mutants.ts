import { MUTANTS } from './all-mutants.ts';
import type { Edit, Mutant } from './mutant.ts';

const STEPS = 'libs/testkit/src/fakes/store-steps.ts';
const STORED = 'libs/testkit/src/fakes/stored-partition.ts';
const STORE = 'libs/testkit/src/fakes/in-memory-store.ts';
const IDENTITY = 'libs/testkit/src/fakes/server-identity.ts';
const ENTITIES = 'libs/testkit/src/fakes/in-memory-entity-store.ts';

const inFile = (file: string) => (find: string, replace: string) => ({ file, find, replace });
const steps = inFile(STEPS);
const stored = inFile(STORED);
const store = inFile(STORE);
const identity = inFile(IDENTITY);
const entities = inFile(ENTITIES);

/** A mistake that the simulation is to find. */
export type SimulatedMutant = Pick<Mutant, 'name' | 'edits'>;

/** Mistakes of the scripts, made in the fake that passes the same contract. */
const IN_THE_FAKE: Readonly<Record<string, readonly Edit[]>> = {
  'no `in` guard': [steps('  if (input !== null) {\n', '  if (input !== null && input.from < 0) {\n')],
  '`in` not compared': [steps("    if (position !== input.loaded) return { status: 'stale' };\n", '')],
  'conflict check left out': [steps("  if (moved) return { status: 'conflict' };\n", '')],
  'one position for all inputs': [
    steps('held.input.get(input.topic) ?? null', "held.input.get('transactions.v1') ?? null"),
    steps('held.input.set(input.topic, input.to)', "held.input.set('transactions.v1', input.to)"),
  ],
  '`seq` not raised on opening': [steps('  held.seq = Math.max(held.seq, base);\n', '')],
  '`seq` set to the position of the log on opening': [steps('Math.max(held.seq, base)', 'base')],
  'input position not replayed': [steps('  raiseInputs(held.input, request.input);\n', '')],
  'a replay under way not marked as such': [steps('  held.epoch = request.epoch;\n', '')],
  'wipe that leaves the outbox': [store("epoch: 'wipe', outbox: [], ", "epoch: 'wipe', ")],
  'a wipe under way not marked as such': [store("seq: 0, epoch: 'wipe', ", 'seq: 0, ')],
  'overflow not wiped': [stored('bucket < OVERFLOW_BUCKETS', 'bucket < 0')],
  'opening not home-checked': [
    store(
      '    const refusal = this.#identity.fenced(held, request.home);\n    if (refusal !== null) return refusal;\n    const raised',
      '    const raised',
    ),
  ],
  'run_id remembered by the client': [identity('home === expected && sameServer', 'home === expected')],
  'replid not compared': [identity('home?.includes(this.text)', "home?.includes(this.text.split(':')[0] as string)")],
  'a step of entities taken from anywhere': [
    entities("    if (found.size > 0) return { status: 'moved', found };\n", ''),
  ],
  "a record written over another updater's": [
    entities("    if (changed.length > 0) return { status: 'changed', changed };\n", ''),
  ],
  'records written without their positions': [
    entities('    for (const { source, next } of sources) if (next !== null) held.applied.set(source, next);\n', ''),
  ],
};

/** What has no test of its own: the simulation alone has to find it. */
const OF_THE_SIMULATION: readonly SimulatedMutant[] = [
  {
    name: 'dedup horizon shorter than lateness',
    edits: [
      {
        file: 'libs/core/src/account/overflow.ts',
        find: 'entry.eventTimeMs > floorMs)',
        replace: 'entry.eventTimeMs > floorMs + 3_000_000)',
      },
    ],
  },
];

/** Mistakes that the simulation can meet: those of the core and the worker as they are, those of scripts in the fake. */
export const SIMULATED_MUTANTS: readonly SimulatedMutant[] = [
  ...MUTANTS.flatMap(({ name, edits }) => {
    const made = IN_THE_FAKE[name] ?? edits;
    return made.every(({ file }) => /^(libs\/(core|testkit)|apps\/worker)\//.test(file)) ? [{ name, edits: made }] : [];
  }),
  ...OF_THE_SIMULATION,
];
