import { parseArgs } from 'node:util';
import { processConfig } from '#libs/platform';
import { openAudit } from '../src/audit/open-audit.ts';
import { compareWithOracle } from './oracle-comparison.ts';

const USAGE = `node apps/ops/test/compare-with-oracle.ts [--vectors-every N]
  After npm run build, against a service at rest: compares every account's state in Redis, and every N-th recorded vector (default 10), with the
  brute-force oracle of the testkit, computed anew from the valid events of decisions.v1. Environment as for npm run ops. Exit code 1 on a difference.
`;
const LISTED = 20;

// From its own file: the testkit is not compiled, and its front door needs the test runner.
const file = new URL('../../../libs/testkit/src/oracle/account-oracle.ts', import.meta.url);
const { AccountOracle } = (await import(file.href)) as typeof import('#libs/testkit');

const { values } = parseArgs({
  options: { 'vectors-every': { type: 'string', default: '10' }, help: { type: 'boolean', default: false } },
});
if (values.help) process.stdout.write(USAGE);
else {
  const { sources, close } = await openAudit(processConfig('ops'), (line) => process.stderr.write(`${line}\n`));
  const { differences, ...totals } = await compareWithOracle(sources, {
    newOracle: () => new AccountOracle(),
    vectorsEvery: Number(values['vectors-every']),
  });
  await close();
  const listed = differences.slice(0, LISTED);
  process.stdout.write(`${JSON.stringify({ ...totals, differences: differences.length, listed })}\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}
