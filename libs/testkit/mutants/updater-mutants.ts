import type { Mutant } from './mutant.ts';

const SCRIPT = 'libs/adapters/src/redis/scripts/update-entities.lua';
const UPDATER = 'libs/core/src/updater/entity-updater.ts';
const TARGET = 'libs/core/src/updater/update-target.ts';
const READER = 'libs/core/src/updater/source-reader.ts';
const READING = 'libs/core/src/updater/source-reading.ts';
const SOURCE = 'libs/core/src/updater/log-source.ts';
const FOLD = 'libs/core/src/updater/fold-entities.ts';
const MENDING = 'libs/core/src/updater/entity-mending.ts';
const MENDER = 'libs/core/src/updater/entity-mender.ts';
const START = 'libs/core/src/updater/source-start.ts';

const inTest = (file: string) => (name: string) => ({ file: `libs/testkit/test/protocol/${file}.int.test.ts`, name });
const alone = inTest('entity-updater');
const rivals = inTest('updater-rivals');
const store = inTest('updater-store');
const log = inTest('updater-log');
const mending = inTest('updater-mending');

/** Mistakes in folding the log into the records of entities. */
export const UPDATER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a step of entities taken from anywhere',
    edits: [{ file: SCRIPT, find: "if #moved > 0 then return { 'MOVED', moved } end\n", replace: '' }],
    test: rivals('a frozen updater goes on where another one has long been'),
  },
  {
    name: "a record written over another updater's",
    edits: [{ file: SCRIPT, find: "if #changed > 0 then return { 'CHANGED', changed } end\n", replace: '' }],
    test: rivals('two with different sources write one hot entity in turns, and lose nothing'),
  },
  {
    name: 'records written without their positions',
    edits: [
      {
        file: SCRIPT,
        find: '    writes[#writes + 1] = ARGV[2 * i + 1]\n',
        replace: '    writes[#writes + 1] = ARGV[2 * i]\n',
      },
    ],
    test: alone('folds every event once, whatever comes in between'),
  },
  {
    name: 'an event applied where it already is',
    edits: [
      {
        file: TARGET,
        find: 'seq > (reading.position(target).claim?.seq ?? 0)',
        replace: 'seq > 0',
      },
    ],
    test: alone('gives each target what it lacks, from where it stands'),
  },
  {
    name: 'events applied that were read before the store moved',
    edits: [{ file: TARGET, find: '!reading.ended.stopped && ', replace: '' }],
    test: rivals('a frozen updater goes on where another one has long been'),
  },
  {
    name: 'a step made and taken for refused, its reply lost',
    edits: [{ file: TARGET, find: 'if (found === formatClaim(claim)) reading.moved(target, claim);\n        else ', replace: '' }], // prettier-ignore
    test: alone('knows its own step again when the reply of the store was lost'),
  },
  {
    name: 'a changed record folded again from what was loaded before',
    edits: [{ file: TARGET, find: 'for (const entity of result.changed) records.delete(entityName(entity));', replace: '' }], // prettier-ignore
    test: rivals('two with different sources write one hot entity in turns, and lose nothing'),
  },
  {
    name: 'steps that are refused never become smaller',
    edits: [{ file: TARGET, find: 'if (conflicts % CONFLICTS_BEFORE_HALVING === 0)', replace: 'if (conflicts < 0)' }],
    test: rivals('a step that is refused again and again becomes smaller, down to one event'),
  },
  {
    name: 'a part of a batch that counts for all of it',
    edits: [
      {
        file: UPDATER,
        find: 'const event = { reading, seq: claim.seq, claim, touches:',
        replace: 'const event = { reading, seq: claim.seq, claim: taken.at(-1)?.claim ?? claim, touches:',
      },
    ],
    test: store('a replay of the log equals what was made step by step, byte for byte'),
  },
  {
    name: 'a source read on from where its newest target is',
    edits: [{ file: START, find: '(known[0] ?? null)', replace: '(known.at(-1) ?? null)' }],
    test: alone('gives each target what it lacks, from where it stands'),
  },
  {
    name: 'a store that has lost all, read on from where some target is',
    edits: [{ file: START, find: 'claims.includes(null) ? null : (known[0] ?? null)', replace: 'known[0] ?? null' }],
    test: alone('gives each target what it lacks, from nothing on'),
  },
  {
    name: 'positions that nobody compares with the log',
    edits: [
      { file: READER, find: 'throw notBorneOut(next);\n    this.#awaited', replace: 'return;\n    this.#awaited' },
    ],
    test: log('whose end was replaced by as many events of the same numbers'),
  },
  {
    name: 'a log that ends before what is applied',
    edits: [
      {
        file: READER,
        find: 'if (next !== undefined && nextOffset >= highWatermark) throw notBorneOut(next);',
        replace: '',
      },
    ],
    test: log('that lost its end and went on: nothing more is applied, and a person is called'),
  },
  {
    name: 'a person called at the first sight',
    edits: [{ file: SOURCE, find: 'return isFirst;', replace: 'return false;' }],
    test: log('whose end is behind for a moment: nobody is called'),
  },
  {
    name: 'entities made from records that the rule ignores',
    edits: [{ file: READER, find: "if (followed.kind !== 'event') return null;", replace: "if (followed.kind === 'open' || record.value === null) return null;" }], // prettier-ignore
    test: log('with records of zombies, gaps, repetitions, openings and holes'),
  },
  {
    name: "a newer protocol's epoch followed",
    edits: [
      { file: READER, find: 'followed.open.protocolVersion > PROTOCOL_VERSION', replace: 'followed.open.epoch < 0' },
    ],
    test: log('that a newer release has opened: its source waits'),
  },
  {
    name: 'an idle store that nobody looks at',
    edits: [
      {
        file: UPDATER,
        find: 'if (hasMoved && !reading.ended.stopped)',
        replace: 'if (hasMoved && reading.ended.stopped)',
      },
    ],
    test: store('an older copy is caught up, though nothing new happens'),
  },
  {
    name: 'targets moved on past events that wait',
    edits: [
      {
        file: READING,
        find: 'return this.#queue.length + this.#taken.length > 0 ? this.#settled : this.#reader.claim;',
        replace: 'return this.#reader.claim;',
      },
    ],
    test: store('a replay of the log equals what was made step by step, byte for byte'),
  },
  {
    name: 'reading ahead without bound',
    edits: [
      { file: SOURCE, find: 'if (reading.waiting >= limits.queueEvents)', replace: 'if (limits.queueEvents < 0)' },
    ],
    test: alone('reads no further ahead than it is allowed to'),
  },
  {
    name: 'a position that is no claim taken for none',
    edits: [
      { file: SOURCE, find: 'if (text !== null && claim === null) throw', replace: 'if (text === "never") throw' },
    ],
    test: store('a position that is no claim holds its source back, until it is gone'),
  },
  {
    name: 'a damaged record taken for none',
    edits: [
      {
        file: FOLD,
        find: 'return { entity, loaded, state: null, changes: 0, corrupt: error.message };',
        replace: 'return { entity, loaded, state: fold.empty(kind), changes: 0, corrupt: null };',
      },
    ],
    test: mending('are made anew from the log, each found once, while events go on'),
  },
  {
    name: 'a damaged record passed over, made anew meanwhile or not',
    edits: [{ file: FOLD, find: 'const record = state === null ? loaded :', replace: 'const record = state === null ? null :' }], // prettier-ignore
    test: mending('are not folded over by who has found one damaged that is made anew meanwhile'),
  },
  {
    name: 'a record made anew that is behind its claims',
    edits: [
      {
        file: MENDING,
        find: 'sources: claims.map((expected, source) => ({ source, expected, next: null })),',
        replace: 'sources: [],',
      },
    ],
    test: mending('are made anew once more when events were applied meanwhile, of any source'),
  },
  {
    name: 'a record made anew of more than its claims say',
    edits: [{ file: MENDING, find: 'if (record.offset >= claim.offset) break;', replace: '' }],
    test: mending('are made anew from the log, each found once, while events go on'),
  },
  {
    name: 'a record made of what is left of the log',
    edits: [{ file: MENDING, find: 'if (follower === null || follower.position.seq > 0) return null;', replace: 'if (follower === null) return null;' }], // prettier-ignore
    test: mending('stay as they are, told of once, when the log does not reach back'),
  },
  {
    name: 'a record of a newer format made anew in an older one',
    edits: [{ file: MENDING, find: 'if (error instanceof TransientFault) return false;', replace: 'if (error instanceof TransientFault) return true;' }], // prettier-ignore
    test: mending('are left alone where a newer release can read them'),
  },
  {
    name: 'a record that is out of reach tried again at each event',
    edits: [{ file: MENDER, find: 'if (this.#givenUp.has(name) || ', replace: 'if (' }],
    test: mending('stay as they are, told of once, when the log does not reach back'),
  },
];
