import type { Mutant } from './mutant.ts';

const MEND = 'libs/core/src/owner/mend-accounts.ts';
const SCORE_BATCH = 'libs/core/src/score/score-batch.ts';
const WORKSPACE = 'libs/core/src/account/account-workspace.ts';
const damaged = (name: string) => ({ file: 'libs/testkit/test/protocol/damaged-account.int.test.ts', name });
const LOST = "if (version !== null) throw new CorruptRecord('an account has a version and no record');";

/** Mistakes in what is done about accounts whose records cannot be read, or are gone. */
export const DAMAGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'damage of an account not reported',
    edits: [
      {
        file: SCORE_BATCH,
        find: 'await store.reportDamage(partition, loaded.home, workspaces.accountIds);',
        replace: '',
      },
    ],
    test: damaged('is not scored with: nothing is committed, and the partition closes'),
  },
  {
    name: 'an account whose record is gone taken for a fresh one',
    edits: [{ file: WORKSPACE, find: LOST, replace: '' }],
    test: damaged('is made anew when it is gone and only its version is there'),
  },
  {
    name: 'a record that is gone read again for ever',
    edits: [
      {
        file: WORKSPACE,
        find: LOST,
        replace:
          "if (version !== null) throw new TransientFault('torn_read', 'an account has a version and no record');",
      },
    ],
    test: damaged('is made anew when it is gone and only its version is there'),
  },
  {
    name: 'an account made anew without its outbox',
    edits: [{ file: MEND, find: '(event, at) => refolded.accept(event, at)', replace: '() => undefined' }],
    test: damaged('is made anew from the log and the outbox, bit for bit, and the others are left alone'),
  },
];
