import type { Mutant } from './mutant.ts';

const COMMIT = 'libs/adapters/src/redis/scripts/commit.lua';
const HOME = 'libs/adapters/src/redis/scripts/home.lua';
const STATE_STORE = 'libs/adapters/src/redis/redis-state-store.ts';
const SCORE_BATCH = 'libs/core/src/score/score-batch.ts';
const inFile = (subject: string) => (name: string) => ({
  file: `libs/testkit/test/protocol/${subject}.int.test.ts`,
  name,
});
const commit = inFile('commit');
const inputPosition = inFile('input-position');
const restart = inFile('store-restart');

/** Mistakes in deciding and committing a batch. */
export const COMMIT_MUTANTS: readonly Mutant[] = [
  {
    name: 'no dedup',
    edits: [
      {
        file: 'libs/core/src/score/plan-batch.ts',
        find: 'const first = workspace.find(event.identity);',
        replace: 'const first = null as ReturnType<AccountWorkspace["find"]>;',
      },
    ],
    test: commit('reply lost after commit'),
  },
  {
    name: 'no `in` guard',
    edits: [
      { file: COMMIT, find: "if topic ~= '' then\n  local position", replace: 'if false then\n  local position' },
    ],
    test: inputPosition("rewind only by who notices: another's stale batch jumps the hole"),
  },
  {
    name: '`in` not compared',
    edits: [{ file: COMMIT, find: "  if position ~= loaded then return { 'STALE' } end\n", replace: '' }],
    test: inputPosition('two consumers hold one batch with only rejected records'),
  },
  {
    name: 'rejection without guard: only accounts are thought to need one',
    edits: [
      { file: COMMIT, find: 'if position ~= loaded then', replace: 'if checked > 0 and position ~= loaded then' },
    ],
    test: inputPosition('two consumers hold one batch with only rejected records'),
  },
  {
    name: 'a gap not told',
    edits: [
      {
        file: SCORE_BATCH,
        find: "  if (input !== null && input.from > position) return { status: 'gap', inputPosition: position };\n",
        replace: '',
      },
      { file: COMMIT, find: "  if from > (tonumber(position) or 0) then return { 'GAP' } end\n", replace: '' },
    ],
    test: inputPosition('input offsets as position; ex-owner commits; idle group expires'),
  },
  {
    name: 'one position for all inputs',
    edits: [
      {
        file: COMMIT,
        find: "redis.call('HGET', KEYS[3], topic)",
        replace: "redis.call('HGET', KEYS[3], 'transactions.v1')",
      },
      {
        file: COMMIT,
        find: "redis.call('HSET', KEYS[3], topic, ARGV[4])",
        replace: "redis.call('HSET', KEYS[3], 'transactions.v1', ARGV[4])",
      },
    ],
    test: inputPosition('two input topics have positions of their own'),
  },
  {
    name: 'records below `in` decided again',
    edits: [
      {
        file: SCORE_BATCH,
        find: 'batch.input !== null && item.original !== null && item.original.offset < position;',
        replace: 'false;',
      },
    ],
    test: inputPosition('records below the position are skipped, whatever they are'),
  },
  {
    name: 'batch grouped by account',
    edits: [
      {
        file: 'libs/core/src/score/planned-events.ts',
        find: '  const ranks = new Int32Array(planned.length).fill(-1);',
        replace: [
          '  const accountOf = (item?: BatchItem): string => (item?.kind === "transaction" ? item.transaction.accountId : "");',
          '  made.sort((a, b) => accountOf(batch.items[a.index]).localeCompare(accountOf(batch.items[b.index])));',
          '  const ranks = new Int32Array(planned.length).fill(-1);',
        ].join('\n'),
      },
    ],
    test: inputPosition('batch grouped by account, partly in the log'),
  },
  {
    name: 'conflict check left out',
    edits: [
      {
        file: COMMIT,
        find: "    if (versions[i] or '') ~= ARGV[12 + 2 * i] then return { 'CONFLICT' } end\n",
        replace: '',
      },
    ],
    test: commit('lets one of two commits on the same account through'),
  },
  {
    name: 'versions read after records',
    edits: [
      {
        file: STATE_STORE,
        find: '      pipeline.hmget(keys.versions, ...accountIds);\n      pipeline.mgetBuffer(...accountIds.map((id) => keys.account(id)));\n',
        replace:
          '      pipeline.mgetBuffer(...accountIds.map((id) => keys.account(id)));\n      pipeline.hmget(keys.versions, ...accountIds);\n',
      },
      {
        file: STATE_STORE,
        find: 'const [scalars, input, versions, records] =',
        replace: 'const [scalars, input, records, versions] =',
      },
    ],
    test: commit('an account that is written while it is read is read again'),
  },
  {
    name: 'a batch of duplicates answered without the script',
    edits: [
      {
        file: SCORE_BATCH,
        find: '  const result = await store.commit({',
        replace: [
          '  if (encoded.length === 0 && input === null) {',
          '    return { status: "committed", home: loaded.home, lastSeq: base, results: planned as ItemResult[], timings: stages.timings };',
          '  }',
          '  const result = await store.commit({',
        ].join('\n'),
      },
    ],
    test: commit('a batch of duplicates only is refused too where the partition was taken'),
  },
  {
    name: 'FULL left out',
    edits: [{ file: COMMIT, find: "  if seq + events - published > limit then return { 'FULL' } end\n", replace: '' }],
    test: inFile('relay')('Kafka away, api goes on committing'),
  },
  {
    name: 'dedup floor ignored',
    edits: [
      {
        file: 'libs/core/src/account/admission.ts',
        find: "  if (eventTimeMs <= state.floorMs) return 'too_late';\n",
        replace: '',
      },
    ],
    test: inFile('busy-account')('a duplicate after the overflow was cut is too late, and never decided again'),
  },
  {
    name: 'overflow records not asked for an identity',
    edits: [
      {
        file: 'libs/core/src/account/account-workspace.ts',
        find: 'if (known !== null || this.#state.overflowMs === -Infinity) return known;',
        replace: 'if (known !== null || this.#state.overflowMs !== Infinity) return known;',
      },
    ],
    test: inFile('busy-account')('is recognised by its overflow records when its log has pushed a transaction out'),
  },
  {
    name: 'overflow records shared by accounts',
    edits: [
      {
        file: 'libs/adapters/src/redis/keys.ts',
        find: '`${this.overflowPrefix}${accountId}:${bucket}`',
        replace: '`${this.overflowPrefix}${bucket}`',
      },
    ],
    test: inFile('busy-account')("watermark shared by accounts and moved by others' commits"),
  },
  {
    name: 'a batch in conflict never halved',
    edits: [
      {
        file: 'libs/core/src/score/apply-input.ts',
        find: 'size = Math.ceil(size / 2);',
        replace: 'size = Math.ceil(size);',
      },
    ],
    test: inFile('busy-account')(
      'a hot account against a 64-record batch: it is halved down to one record and goes through',
    ),
  },
  {
    name: 'run_id remembered by the client',
    edits: [
      {
        file: HOME,
        find: 'if home == ARGV[1] and of_this_server then return nil end',
        replace: 'if home == ARGV[1] then return nil end',
      },
    ],
    test: restart('client remembers run_id; Redis restarts without its tail; ioredis reconnects silently'),
  },
  {
    name: 'replid not compared',
    edits: [
      { file: HOME, find: '  local here = identity()\n', replace: "  local here = string.match(identity(), '^%x+')\n" },
    ],
    test: restart('client reads `home` = A; failover A -> B -> A without a restart of A'),
  },
];
