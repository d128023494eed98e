import type { Mutant } from './mutant.ts';

const OPEN_PARTITION = 'libs/core/src/owner/open-partition.ts';
const LINEAGE = 'libs/core/src/owner/lineage.ts';
const OPEN_SCRIPT = 'libs/adapters/src/redis/scripts/open.lua';
const READ_LOG = 'libs/core/src/log/read-log.ts';
const inFile = (subject: string) => (name: string) => ({
  file: `libs/testkit/test/protocol/${subject}.int.test.ts`,
  name,
});
const opening = inFile('opening');
const lineage = inFile('lineage');
const retention = inFile('retention');

/** Mistakes in taking a partition: who has it, and whether its store is a beginning of the log's history. */
export const OPENING_MUTANTS: readonly Mutant[] = [
  {
    name: 'OPEN taken as valid',
    edits: [{ file: OPEN_PARTITION, find: 'return tail.lastOpen?.nonce === nonce;', replace: 'return true;' }],
    test: opening('produce lands between tail read and OPEN'),
  },
  {
    name: 'OPEN given up when its send fails',
    edits: [
      {
        file: OPEN_PARTITION,
        find: '    if (!(error instanceof TransientFault)) throw error;\n  }\n  await followToEnd',
        replace:
          '    if (!(error instanceof TransientFault)) throw error;\n    return false;\n  }\n  await followToEnd',
      },
    ],
    test: opening('opens even if the send of its OPEN failed and yet arrived'),
  },
  {
    name: 'an OPEN of the present epoch taken as valid',
    edits: [
      {
        file: 'libs/core/src/log/log-rule.ts',
        find: 'mark.epoch === position.epoch + 1 &&',
        replace: '(mark.epoch === position.epoch || mark.epoch === position.epoch + 1) &&',
      },
    ],
    test: opening('duplicate OPEN'),
  },
  {
    name: 'opening not home-checked',
    edits: [{ file: OPEN_SCRIPT, find: 'local refusal = fenced()\nif refusal then return refusal end\n', replace: '' }],
    test: opening('two openers, both read S and C; the slower one sets `seq` back'),
  },
  {
    name: '`seq` not raised on opening',
    edits: [
      {
        file: OPEN_SCRIPT,
        find: "if tonumber(ARGV[3]) > tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[3]) end\n",
        replace: '',
      },
    ],
    test: opening('raises `seq` to the position of the log, and never sets it back'),
  },
  {
    name: '`seq` set to the position of the log on opening',
    edits: [
      {
        file: OPEN_SCRIPT,
        find: "if tonumber(ARGV[3]) > tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[3]) end\n",
        replace: "redis.call('SET', KEYS[2], ARGV[3])\n",
      },
    ],
    test: opening('raises `seq` to the position of the log, and never sets it back'),
  },
  {
    name: 'loser of an OPEN retries at once',
    edits: [
      {
        file: 'libs/core/src/owner/partition-owner.ts',
        find: "if (result.status === 'lost') await this.#standBack();\n      else await",
        replace: "if (result.status !== 'lost') await",
      },
    ],
    test: opening('loser of an OPEN retries at once'),
  },
  {
    name: 'an owner whose partition was taken opens at once',
    edits: [
      {
        file: 'libs/core/src/owner/partition-owner.ts',
        find: "      if (end === 'taken') await this.#standBack();\n",
        replace: '',
      },
    ],
    test: opening('an owner whose partition was taken stands back too'),
  },
  {
    name: 'newer protocol in `home` taken for closed',
    edits: [
      {
        file: 'libs/core/src/home.ts',
        find: "  if (version > PROTOCOL_VERSION) return 'newer';\n",
        replace: '',
      },
    ],
    test: opening('a newer protocol in `home`: does not begin, and commits nothing'),
  },
  {
    name: 'newer protocol in the log ignored',
    edits: [{ file: OPEN_PARTITION, find: '(tail.lastOpen?.protocolVersion ?? 0) > PROTOCOL_VERSION ||', replace: '' }],
    test: opening('a newer protocol in the last valid OPEN: does not begin'),
  },
  {
    name: 'no lineage check',
    edits: [
      { file: LINEAGE, find: 'return next !== null && (began.seq <= next || base === next);', replace: 'return true;' },
    ],
    test: lineage('copy at 1000, tail lost, new history, old copy restored'),
  },
  {
    name: 'lineage without the C = b case',
    edits: [{ file: LINEAGE, find: '(began.seq <= next || base === next)', replace: 'began.seq <= next' }],
    test: lineage('lineage without the C = b case'),
  },
  {
    name: 'base = max(S, C)',
    edits: [
      {
        file: OPEN_PARTITION,
        find: 'if (!(await winEpoch(partition, tail, ports)))',
        replace: 'if (!(await winEpoch(partition, tail, ports, began.seq)))',
      },
      {
        file: OPEN_PARTITION,
        find: 'async function winEpoch(partition: number, tail: LogFollower, ports: OwnerPorts)',
        replace: 'async function winEpoch(partition: number, tail: LogFollower, ports: OwnerPorts, seq: number)',
      },
      {
        file: OPEN_PARTITION,
        find: 'withEpoch(tail.lastOpen?.table ?? [], { epoch: epoch + 1, base });',
        replace: 'withEpoch(tail.lastOpen?.table ?? [], { epoch: epoch + 1, base: Math.max(seq, base) });',
      },
    ],
    test: lineage('base = max(S, C) in the table'),
  },
  {
    name: 'halt checked after OPEN',
    edits: [
      {
        file: OPEN_PARTITION,
        find: '    if ((await lostLog(partition, began, tail, ports)) !== null) {',
        replace:
          "    if (!(await winEpoch(partition, tail, ports))) return { status: 'lost', reason: 'another OPEN' };\n" +
          '    if ((await lostLog(partition, began, tail, ports)) !== null) {',
      },
    ],
    test: lineage('HALT checked after OPEN'),
  },
  {
    name: '`pub` of the epoch not compared with the log',
    edits: [{ file: LINEAGE, find: 'published.epoch === epoch && published.seq > seq', replace: 'false' }],
    test: lineage('log loses its tail within an epoch'),
  },
  {
    name: '`pub` of an earlier epoch not compared with the log',
    edits: [{ file: LINEAGE, find: 'if (base !== null && published.seq > base) {', replace: 'if (base === -1) {' }],
    test: lineage('log that lost data'),
  },
  {
    name: "`in` beyond the input's end not noticed",
    edits: [{ file: LINEAGE, find: 'if (end !== undefined && position > end)', replace: 'if (end === -1)' }],
    test: lineage('halts when an input ends before what is applied of it'),
  },
  {
    name: '`in` left before what the input has lost',
    edits: [
      {
        file: OPEN_SCRIPT,
        find: "if tonumber(ARGV[i + 1]) > tonumber(position or '0') then",
        replace: 'if false then',
      },
    ],
    test: inFile('input-position')('is raised when the records that it waits for are gone, and says so'),
  },
  {
    name: 'outbox not checked for what is not published',
    edits: [
      {
        file: 'libs/core/src/owner/copy-log.ts',
        find: "isPrefix ? await readOutbox(outbox, ports.store, () => undefined) : 'complete'",
        replace: "isPrefix && base < 0 ? await readOutbox(outbox, ports.store, () => undefined) : 'complete'",
      },
    ],
    test: lineage('halts when the outbox lacks what is committed and not published'),
  },
  {
    name: 'state adopted from a bare record',
    edits: [
      {
        file: READ_LOG,
        find: '        const claim = claimOf(record);\n        if (claim !== null && claim.offset > low',
        replace: [
          '        const mark = markOf(record);',
          '        const openOffset = claimOf(record)?.openOffset ?? -1;',
          '        const claim = mark === null ? null : { offset: record.offset + 1, ...mark, openOffset };',
          '        if (claim !== null && claim.offset > low',
        ].join('\n'),
      },
    ],
    test: retention('state adopted from a bare record in mid-log'),
  },
  {
    name: 'never opened again for its age',
    edits: [
      {
        file: 'libs/core/src/owner/relay.ts',
        find: "if (this.#ports.clock.monotonicMs() > this.#reopenAtMs) return this.#finish('aged');",
        replace: '',
      },
    ],
    test: retention('an epoch older than the retention'),
  },
];
