import type { Mutant } from './mutant.ts';

const START = 'libs/adapters/src/redis/scripts/start-trimmed.lua';
const OPEN = 'libs/adapters/src/redis/scripts/open.lua';
const trimmed = (name: string) => ({ file: 'libs/testkit/test/protocol/trimmed-log.int.test.ts', name });
const FLOOR = trimmed(
  'decides nothing new at or below the floor, so that what was decided in the lost part is never decided twice',
);

/** Mistakes in starting at what is left of a log that retention has trimmed. */
export const TRIMMED_MUTANTS: readonly Mutant[] = [
  {
    name: 'trimmed log: floor0 not written',
    edits: [{ file: START, find: "redis.call('SET', KEYS[4], ARGV[5])", replace: 'local kept = true' }],
    test: FLOOR,
  },
  {
    name: 'trimmed log: floor0 without the skew of clocks',
    edits: [
      {
        file: 'libs/core/src/owner/trimmed-start.ts',
        find: 'record.timestampMs + ports.rules.maxFutureSkewMs',
        replace: 'record.timestampMs',
      },
    ],
    test: FLOOR,
  },
  {
    name: 'trimmed log: the answer outlives the opening',
    edits: [{ file: OPEN, find: "redis.call('DEL', KEYS[7], KEYS[8])", replace: '' }],
    test: trimmed('a request is void once the partition has opened in another way'),
  },
  {
    name: 'trimmed log: the answer is for any start',
    edits: [
      {
        file: 'libs/core/src/owner/trimmed-start.ts',
        find: 'const claim = parseClaim(request);',
        replace: 'const claim = request === null ? null : await firstTrimmedStart(ports.log, partition);',
      },
    ],
    test: trimmed('a request gives up no more than was asked about: halts again when retention has gone on'),
  },
  {
    name: 'trimmed log: rebuilt over what a backup left',
    edits: [
      {
        file: 'libs/core/src/owner/copy-log.ts',
        find: 'const wiped = !isPrefix || trimmed !== null;',
        replace: 'const wiped = !isPrefix;',
      },
    ],
    test: trimmed('starts at the first claim that is verified when asked, over what is left: backup'),
  },
  {
    name: 'trimmed log: answer used without the nonce',
    edits: [{ file: START, find: 'if refusal then return refusal end', replace: '' }],
    test: trimmed('an owner that lost the partition meanwhile does not use the request'),
  },
  {
    name: 'trimmed log: replay cannot be continued',
    edits: [{ file: START, find: "redis.call('SET', KEYS[2], ARGV[4])", replace: '' }],
    test: trimmed('goes on after an owner died before or after a step: startTrimmed'),
  },
];
