import type { Mutant } from './mutant.ts';

const CHANGE = 'libs/core/src/account/account-change.ts';
const REPLAY = 'libs/core/src/owner/replay.ts';
const WIPE = 'libs/adapters/src/redis/scripts/wipe.lua';
const rebuild = (name: string) => ({ file: 'libs/testkit/test/protocol/wipe-and-replay.int.test.ts', name });
const inputPosition = (name: string) => ({ file: 'libs/testkit/test/protocol/input-position.int.test.ts', name });
/** Mistakes in wiping a store and filling it again from the log. */
export const REBUILD_MUTANTS: readonly Mutant[] = [
  {
    name: 're-scoring on replay',
    edits: [
      {
        file: CHANGE,
        find: 'const { transaction, outcome, riskScore } = logged.decision;',
        replace:
          'const { transaction, probability } = logged.decision;\n' +
          '      const { outcome, riskScore } = decide({ ...transaction, probability }, DEFAULT_POLICY);',
      },
      {
        file: CHANGE,
        find: "import type { Hasher } from '../siphash.ts';",
        replace: "import type { Hasher } from '../siphash.ts';\nimport { decide, DEFAULT_POLICY } from '../policy.ts';",
      },
    ],
    test: rebuild('replays each outcome as it was recorded, whatever model and policy say now'),
  },
  {
    name: "replay's version equal to a commit's",
    edits: [
      {
        file: REPLAY,
        find: 'const version = list.at(-1)?.seq ?? 0;',
        replace: 'const version = page.at(-1)?.seq ?? 0;',
      },
    ],
    test: rebuild('replay and commit give one account the same version'),
  },
  {
    name: 'a replay under way not marked as such',
    edits: [
      { file: 'libs/adapters/src/redis/scripts/apply.lua', find: "redis.call('SET', KEYS[4], ARGV[4])\n", replace: '' },
    ],
    test: rebuild('replay interrupted'),
  },
  {
    name: 'input position not replayed',
    edits: [{ file: REPLAY, find: 'input: positionsAfter(page)', replace: 'input: new Map()' }],
    test: rebuild('FLUSHALL'),
  },
  {
    name: "a rejection's position not replayed",
    edits: [
      {
        file: REPLAY,
        find: '    if (event.input !== null)\n',
        replace: "    if (event.input !== null && event.type === 'decision.made')\n",
      },
    ],
    test: inputPosition('a batch of only rejected records moves the position, in commit and in replay'),
  },
  {
    name: 'untyped `i`',
    edits: [
      {
        file: REPLAY,
        find: 'positions.set(event.input.topic, Math.max(event.input.next, positions.get(event.input.topic) ?? 0));',
        replace: "positions.set('transactions.v1', Math.max(event.input.next, positions.get('transactions.v1') ?? 0));",
      },
    ],
    test: inputPosition('labels at offset 9,000, transactions at 500, untyped `i`'),
  },
  {
    name: 'wipe decided before it is known that the log reaches back',
    edits: [
      {
        file: 'libs/core/src/owner/copy-log.ts',
        find: '  let start = isBehind ?',
        replace: '  if (!isPrefix && !(await wipe(partition, home, ports))) return FENCED;\n  let start = isBehind ?',
      },
    ],
    test: rebuild('wipe decided before it is known that the log reaches back'),
  },
  {
    name: 'wipe that leaves the outbox',
    edits: [
      {
        file: WIPE,
        find: "redis.call('DEL', KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])",
        replace: "redis.call('DEL', KEYS[3], KEYS[4], KEYS[6], KEYS[7])",
      },
    ],
    test: rebuild('leftover `outbox`, `v` or overflow record after a wipe'),
  },
  {
    name: 'overflow not wiped',
    edits: [
      {
        file: WIPE,
        find: "  for bucket = 0, tonumber(ARGV[6]) - 1 do names[#names + 1] = ARGV[5] .. fields[i] .. ':' .. bucket end\n",
        replace: '',
      },
    ],
    test: rebuild('leftover `outbox`, `v` or overflow record after a wipe'),
  },
  {
    name: 'a wipe under way not marked as such',
    edits: [{ file: WIPE, find: "redis.call('SET', KEYS[2], 'wipe')\n", replace: '' }],
    test: rebuild('a wipe of a large partition, interrupted and continued, leaves nothing'),
  },
];
