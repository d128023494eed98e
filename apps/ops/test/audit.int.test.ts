import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis, type RedisConnection, StoreKeys, waitForRedis } from '#libs/adapters';
import { createHasher, type DecisionLog, entityName, entityPartition, partitionOf, StopSignal } from '#libs/core';
import { AccountOracle } from '#libs/testkit';
import { audit } from '../src/audit/audit.ts';
import type { AuditReport } from '../src/audit/audit-report.ts';
import { openAudit } from '../src/audit/open-audit.ts';
import { compareWithOracle } from './oracle-comparison.ts';
import { runCommand } from './run-command.ts';
import { rigConfig, ServiceRig } from './service-rig.ts';

const config = rigConfig();
let folder: string;
let rig: ServiceRig;
let connection: RedisConnection;
let asked: string[];

const inFolder = (name: string): string => join(folder, name);
const wire = (id: string, account = 'acct-http', minute = 0) => ({
  terminal_id: 'terminal-http',
  transaction_id: id,
  account_id: account,
  occurred_at: new Date(Date.UTC(2026, 1, 1) + minute * 60_000).toISOString(),
  amount_minor: 4_200,
  currency: 'EUR',
});

/** Audits by the command line; `lines` are what HTTP senders recorded. */
async function auditNow(
  lines: readonly string[] | null = asked,
): Promise<{ code: number; report: AuditReport; kinds: string[] }> {
  if (lines !== null) await writeFile(inFolder('asked'), lines.join('\n'));
  const options = lines === null ? [] : ['--asked', inFolder('asked')];
  const { code, out, err } = await runCommand(['audit', '--json', '--wait', '2s', ...options], { config });
  if (out === '') throw new Error(err);
  const report = JSON.parse(out) as AuditReport;
  return { code, report, kinds: report.found.map(({ kind, count }) => `${kind} x${count}`) };
}

/** A terminal's key in the store. */
function keyOfTerminal(id: string): string {
  const entity = { kind: 'terminal', key: createHasher(config.state.hashKey).text64(id) } as const;
  const { entityPrefix } = new StoreKeys(config.redis.keyPrefix).partition(entityPartition(entity, 3));
  return entityPrefix + entityName(entity);
}

/** The kinds of violation while something is changed. */
async function brokenBy(change: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<string[]> {
  await change();
  const { code, kinds } = await auditNow();
  await undo();
  expect(code).toBe(kinds.length === 0 ? 0 : 1);
  return kinds;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ops-audit-'));
  await runCommand(['topics', 'create'], { config });
  connection = connectRedis(config.redis.url, { name: 'test', commandTimeoutMs: 5_000 });
  await waitForRedis(connection.redis, 5_000);
  rig = await ServiceRig.start(config);

  const simulation =
    '--accounts 60 --days 8 --duplicates 0.1 --disorder 0.1 --late 0.03 --conflicts 0.02 --poison 0.05';
  await runCommand(['simulate', '--out', inFolder('in.ndjson'), ...simulation.split(' ')]);
  await runCommand(['stream', '--file', inFolder('in.ndjson'), '--rate', 'max'], { config });
  const stray = wire('stray', 'acct-stray');
  const elsewhere = (partitionOf(stray.account_id, 3) + 1) % 3;
  const value = Buffer.from(JSON.stringify(stray));
  const lost = { partition: elsewhere, key: null, value, headers: { 'holdfast-forwarded': '1' } };
  await rig.producer.send(rig.topics.transactions, [{ ...lost, headers: {} }, lost]);
  await rig.consume();
  asked = await rig.ask([wire('h1'), wire('h2', 'acct-http', 5), { ...wire('h1'), amount_minor: 1 }]);
  await runCommand(['stream', '--file', inFolder('in.ndjson'), '--rate', 'max', '--limit', '200'], { config });
  await rig.consume();
}, 120_000);

afterAll(async () => {
  await rig.stop();
  await connection.close();
  await rm(folder, { recursive: true });
});

describe('an audit of a healthy service', () => {
  it('is clean after duplicates, disorder, lateness, conflicts, poison, strays and two doors', async () => {
    const { code, report, kinds } = await auditNow();
    expect({ code, kinds }).toEqual({ code: 0, kinds: [] });
    expect(report).toMatchObject({
      ok: true,
      partitions: 3,
      openings: 3,
      ignored_log_records: 0,
      unattributed_decisions: 0,
    });
    expect(report.entities_checked).toBeGreaterThan(100);
    expect(report.http).toMatchObject({ asked: 3, invalid: 0 });
    expect(report.not_checked).toEqual({ vectors: 0, rulings: 0, probabilities: 0 });
    for (const reason of ['too_late', 'identity_conflict', 'malformed', 'invalid_transaction', 'wrong_partition']) {
      expect(report.rejected).toHaveProperty(reason);
    }
    expect(report.dead_letters).toBe(Object.values(report.rejected).reduce((sum, count) => sum + count, 0));
    expect(report.duplicates_in_input).toBeGreaterThan(200);
  });

  it('leaves HTTP decisions unattributed without the record of the senders', async () => {
    expect((await auditNow(null)).report).toMatchObject({ ok: true, http: null, unattributed_decisions: 2 });
  });

  it('is clean while the service is at work', async () => {
    const { code, out } = await runCommand(['audit', '--no-at-rest'], { config });
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Clean: I1 I2 I3 I4 I5 I6 I10 hold/) as string,
    });
  });

  it('has the states and vectors of the brute-force oracle', async () => {
    const { sources, close } = await openAudit(config, () => undefined);
    const { accounts, vectors, differences } = await compareWithOracle(sources, {
      newOracle: () => new AccountOracle(),
      vectorsEvery: 1,
    });
    await close();
    expect(differences).toEqual([]);
    const { report } = await auditNow();
    expect({ accounts, vectors }).toEqual({ accounts: report.accounts_checked, vectors: report.decided });
  });
});

describe('an audit finds', () => {
  const partition = partitionOf('acct-http', 3);
  const keys = new StoreKeys(config.redis.keyPrefix).partition(partition);

  it('an account that is gone, damaged, or of another account', async () => {
    const { redis } = connection;
    const name = keys.account('acct-http');
    const record = (await redis.getBuffer(name)) as Buffer;
    const restore = () => redis.set(name, record);
    expect(await brokenBy(() => redis.del(name), restore)).toEqual(['I3 state_missing x1']);
    expect(await brokenBy(() => redis.setrange(name, 20, 'x'), restore)).toEqual(['I3 state_unreadable x1']);
    const other = (await redis.hkeys(keys.versions)).find((accountId) => accountId !== 'acct-http') as string;
    const foreign = (await redis.getBuffer(keys.account(other))) as Buffer;
    expect(await brokenBy(() => redis.set(name, foreign), restore)).toEqual(['I3 state_differs x1']);
    const haunt = () => redis.hset(keys.versions, 'acct-ghost', 1);
    expect(await brokenBy(haunt, () => redis.hdel(keys.versions, 'acct-ghost'))).toEqual(['I3 leftover x1']);
  });

  it('an entity that is gone, changed, or that no event speaks of', async () => {
    const { redis } = connection;
    const terminal = keyOfTerminal('terminal-http');
    const record = (await redis.getBuffer(terminal)) as Buffer;
    const restore = () => redis.set(terminal, record);
    expect(await brokenBy(() => redis.del(terminal), restore)).toEqual(['I10 entity_missing x1']);
    expect(await brokenBy(() => redis.setrange(terminal, 20, 'x'), restore)).toEqual(['I10 entity_differs x1']);
    const ghost = keyOfTerminal('terminal-ghost');
    const haunt = () => redis.set(ghost, record);
    expect(await brokenBy(haunt, () => redis.del(ghost))).toEqual(['I10 entity_without_events x1']);
  });

  it('an input position that passed a record which nobody decided', async () => {
    const { redis } = connection;
    const topic = rig.topics.transactions;
    const before = (await redis.hget(keys.input, topic)) as string;
    await rig.producer.send(topic, [
      { partition, key: null, value: Buffer.from(JSON.stringify(wire('lost'))), headers: {} },
    ]);
    const skip = () => redis.hincrby(keys.input, topic, 1);
    const kinds = await brokenBy(skip, () => redis.hset(keys.input, topic, before));
    expect(kinds).toEqual(['I1 not_decided x1', 'I5 input_passed_over x1']);
    expect((await auditNow()).kinds).toEqual(['I9 lag x1']);
    await rig.consume();
    expect((await auditNow()).kinds).toEqual([]);
  });

  it('answers that are not what the log says', async () => {
    const altered = asked.map((line) => line.replace('"late":false', '"late":true'));
    expect((await auditNow(altered)).kinds).toEqual(['I2 answer_differs x2']);
    const [unknown] = asked.map((line) => line.replaceAll('"h1"', '"h9"'));
    expect((await auditNow([...asked, unknown as string])).kinds).toEqual(['I2 answer_not_in_log x1']);
    expect((await auditNow([])).kinds).toEqual(['I1 not_asked x2']);
    expect((await runCommand(['audit', '--asked', inFolder('in.ndjson')], { config })).err).toMatch(/line 1/);
  });

  it('nothing wrong in records of zombies, which it counts', async () => {
    const headers = { ce_type: 'decision.made', e: '1', s: '1' };
    await rig.decisions.append(partition, [{ key: null, value: Buffer.from('{}'), headers }]);
    const { kinds, report } = await auditNow();
    expect({ kinds, ignored: report.ignored_log_records }).toEqual({ kinds: [], ignored: 1 });
  });

  it('an event that is missing in the log, and what follows from it', async () => {
    const { sources, close } = await openAudit(config, () => undefined);
    const decisions: DecisionLog = {
      topic: sources.decisions.topic,
      watermarks: (p) => sources.decisions.watermarks(p),
      append: (p, records) => sources.decisions.append(p, records),
      read: async (p, offset, options) => {
        const page = await sources.decisions.read(p, offset, options);
        return { ...page, records: page.records.filter((record) => p !== partition || record.offset !== 10) };
      },
    };
    const report = await audit(
      { ...sources, decisions },
      { asked: null, atRest: true, stopSignal: new StopSignal(), onProgress: () => undefined },
    );
    await close();
    const { I1, I3, I5, I9 } = report.violations;
    for (const count of [I1, I3, I5, I9]) expect(count).toBeGreaterThan(0);
  });

  it('a decision that nobody asked for, made by somebody who can write to the log', async () => {
    const forged = await rig.ask([wire('forged', 'acct-http', 9)]);
    expect((await auditNow()).kinds).toEqual(['I1 not_asked x1']);
    asked.push(...forged);
    expect((await auditNow()).kinds).toEqual([]);
  });

  it('nothing wrong at any moment while the service is at work', async () => {
    let feeding = true;
    const options = ['--accounts', '60', '--days', '20', '--seed', '9', '--duplicates', '0.1', '--poison', '0.05'];
    const fed = runCommand(['stream', '--simulate', '--rate', '400', '--limit', '1200', ...options], {
      config,
    }).finally(() => (feeding = false));
    const work = (async () => {
      while (feeding) await rig.consume();
    })();
    const ended: string[] = [];
    while (feeding) {
      const { code, out } = await runCommand(['audit', '--no-at-rest', '--json'], { config });
      ended.push(`${code} ${JSON.stringify((JSON.parse(out) as AuditReport).found)}`);
    }
    await Promise.all([fed, work]);
    expect(new Set(ended)).toEqual(new Set(['0 []']));
    await rig.consume();
    expect((await auditNow()).kinds).toEqual([]);
  });

  it('a service that has not come to rest', async () => {
    await rig.disown();
    expect((await auditNow()).kinds).toEqual(['I9 not_open x3']);
    await rig.own();
    expect((await auditNow()).report).toMatchObject({ ok: true, openings: 6 });
  });
});
