import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis, type RedisConnection, StoreKeys, waitForRedis } from '#libs/adapters';
import {
  createHasher,
  emptyEntity,
  encodeEntity,
  ENTITY_PARAMETERS,
  entityName,
  entityPartition,
  partitionOf,
  reduceEntity,
} from '#libs/core';
import { type CommandRun, runCommand } from './run-command.ts';
import { rigConfig, ServiceRig } from './service-rig.ts';

const config = rigConfig();
let rig: ServiceRig;
let connection: RedisConnection;

const inspect = async (...argv: readonly string[]): Promise<CommandRun> => runCommand(['inspect', ...argv], { config });
const wire = {
  transaction_id: 'tx-1',
  account_id: 'acct-7',
  occurred_at: '2026-02-01T09:30:00.000Z',
  amount_minor: 4_200,
  currency: 'EUR',
  terminal_id: 't-9',
};

beforeAll(async () => {
  connection = connectRedis(config.redis.url, { name: 'test', commandTimeoutMs: 5_000 });
  await waitForRedis(connection.redis, 5_000);
  await runCommand(['topics', 'create'], { config });
});

afterAll(async () => {
  await rig.stop();
  await connection.close();
});

describe('inspect', () => {
  it('says that nothing was ever kept, before the service was there', async () => {
    const { code, out, err } = await inspect('account', 'acct-7');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('HOLDFAST_KEY_PREFIX');
    rig = await ServiceRig.start(config);
  });

  it('shows the account that a decision has left in Redis', async () => {
    await rig.ask([wire, { ...wire, transaction_id: 'tx-2', occurred_at: '2026-02-01T09:31:00.000Z' }]);
    const { code, out } = await inspect('account', 'acct-7');
    expect(code).toBe(0);
    expect(out).toMatch(/^Account acct-7, partition \d, version 2, EUR\n/);
    expect(out).toMatch(/\n2026-02-01T09:31:00\.000Z {2}42\.00 EUR {2}(approve|hold)/);
    const json = await inspect('account', 'acct-7', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      version: 2,
      features: { length: 40 },
      state: { events: [{ seq: 1 }, { seq: 2 }] },
    });
    expect(await inspect('account', 'acct-8')).toMatchObject({ code: 1, out: '' });
    expect(await inspect('account', 'acct 8')).toMatchObject({ code: 2, out: '' });
  });

  it('says what follows from a record that is damaged', async () => {
    const keys = new StoreKeys(config.redis.keyPrefix).partition(partitionOf('acct-7', 3));
    await connection.redis.setrange(keys.account('acct-7'), 40, 'x');
    const { code, out, err } = await inspect('account', 'acct-7', '--json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/cannot be read: .* makes the account anew/);
  });

  it('shows the record of an entity, found by the hash of its id under the key of the service', async () => {
    const key = createHasher(config.state.hashKey).text64('t-9');
    const entities = { card: null, terminal: key, device: null, ip: null, beneficiary: null };
    const facts = { eventTimeMs: Date.UTC(2026, 1, 1), amountMinor: 4_200, currency: 'EUR', account: key, entities };
    const change = { type: 'transaction', identity: { high: 1, low: 1 }, ...facts } as const;
    const state = reduceEntity(emptyEntity('terminal'), { change, role: 'subject' }, ENTITY_PARAMETERS);
    const { entityPrefix } = new StoreKeys(config.redis.keyPrefix).partition(entityPartition({ key }, 3));
    const name = entityPrefix + entityName({ kind: 'terminal', key });
    await connection.redis.set(name, Buffer.from(encodeEntity(state)));
    const { code, out } = await inspect('terminal', 't-9');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Terminal t-9, hash [0-9a-f]{16}, partition \d\n(.*\n)*2026-02-01T00:00:00\.000Z {2}42\.00 EUR\n/,
    );
    expect(await inspect('card', 't-9')).toMatchObject({ code: 1, out: '' });
    const other = { ...config, state: { ...config.state, hashKey: new Uint8Array(16) } };
    const foreign = await runCommand(['inspect', 'terminal', 't-9'], { config: other });
    expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('HOLDFAST_HASH_KEY') as string });
  });
});
