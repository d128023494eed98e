import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config, Environment } from './config.ts';
import { describeConfig } from './describe-config.ts';
import { loadConfig } from './load-config.ts';
import { settingsOf } from './setting.ts';
import { DEVELOPMENT_HASH_KEY, SETTINGS } from './settings.ts';

const hash = 'ab'.repeat(32);
const production: Environment = {
  KAFKA_BROKERS: 'kafka-0:9092, kafka-1:9092',
  REDIS_URL: 'redis://redis:6379/2',
  HOLDFAST_HASH_KEY: 'f0'.repeat(16),
  HOLDFAST_API_KEYS: `gateway:${hash}`,
};

function accepted(environment: Environment): Config {
  const result = loadConfig(environment, { role: 'api' });
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.config;
}

function errorsOf(environment: Environment, role: 'api' | 'worker' = 'api'): readonly string[] {
  const result = loadConfig(environment, { role });
  return result.ok ? [] : result.errors;
}

describe('loadConfig', () => {
  it('reads a complete environment into typed values', () => {
    const config = accepted({ ...production, HOLDFAST_ALLOWED_LATENESS_MS: '5184000000' });
    expect(config.kafka.brokers).toEqual(['kafka-0:9092', 'kafka-1:9092']);
    expect(config.redis.url).toBe('redis://redis:6379/2');
    expect(config.state.allowedLatenessMs).toBe(60 * 86_400_000);
    expect(config.state.hashKey).toEqual(Uint8Array.from({ length: 16 }, () => 0xf0));
    expect(config.http.apiKeys).toEqual([{ keyId: 'gateway', sha256: Uint8Array.from({ length: 32 }, () => 0xab) }]);
    expect(config.kafka.partitions).toBe(12);
  });

  it('freezes the config at every depth', () => {
    const config = accepted(production);
    expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.http.apiKeys)).toBe(true);
  });

  it('reports every missing setting at once, each with what to set', () => {
    const errors = errorsOf({});
    expect(errors.map((line) => line.split(' ')[0])).toEqual([
      'KAFKA_BROKERS',
      'REDIS_URL',
      'HOLDFAST_HASH_KEY',
      'HOLDFAST_API_KEYS',
    ]);
    expect(errors.every((line) => line.includes('set it to'))).toBe(true);
  });

  it('needs nothing but its name in development', () => {
    const config = accepted({ HOLDFAST_ENV: 'development' });
    expect(config.kafka.brokers).toEqual(['127.0.0.1:9092']);
    expect(config.http.host).toBe('127.0.0.1');
  });

  it('reports wrong values beside contradictions in one go', () => {
    const errors = errorsOf({
      ...production,
      KAFKA_BROKERS: 'kafka',
      HOLDFAST_OUTBOX_LIMIT_EVENTS: '12',
      HOLDFAST_DEFAULT_DEADLINE_MS: '5',
      HOLDFAST_DEADLINE_MARGIN_MS: '5',
    });
    expect(errors).toHaveLength(3);
    expect(errors[1]).toContain('HOLDFAST_OUTBOX_LIMIT_EVENTS is "12": set it to 256 to 1000000');
    expect(errors[2]).toContain('HOLDFAST_DEADLINE_MARGIN_MS leaves nothing');
  });

  it('asks only the api for API keys', () => {
    const { HOLDFAST_API_KEYS: _, ...without } = production;
    expect(errorsOf(without, 'worker')).toEqual([]);
    expect(errorsOf(without)).toHaveLength(1);
  });

  it('refuses the development hash key in production', () => {
    expect(errorsOf({ ...production, HOLDFAST_HASH_KEY: DEVELOPMENT_HASH_KEY })).toHaveLength(1);
  });

  it('never shows a secret in an error', () => {
    const errors = errorsOf({ ...production, HOLDFAST_HASH_KEY: 'hunter2', REDIS_URL: 'http://:hunter2@x' });
    expect(errors).toHaveLength(2);
    expect(errors.join()).not.toContain('hunter2');
  });

  it('reads a secret from a file, and says so when it cannot', () => {
    const { HOLDFAST_HASH_KEY: _, ...without } = production;
    const environment = { ...without, HOLDFAST_HASH_KEY_FILE: '/run/secrets/hash' };
    const read = loadConfig(environment, { role: 'api', readText: () => `${'0f'.repeat(16)}\n` });
    expect(read.ok && read.config.state.hashKey[0]).toBe(0x0f);
    const failing = () => {
      throw new Error('ENOENT');
    };
    const failed = loadConfig(environment, { role: 'api', readText: failing });
    expect(failed.ok ? [] : failed.errors).toEqual([
      'HOLDFAST_HASH_KEY_FILE cannot be read (ENOENT): set it to a readable file.',
    ]);
    expect(errorsOf({ ...production, HOLDFAST_HASH_KEY_FILE: '/x' })[0]).toContain('both set');
  });

  it('names variables that nobody reads, but not the links that Kubernetes writes', () => {
    const environment = {
      ...production,
      HOLDFAST_OUTBOX_LIMT: '1',
      HOLDFAST_API_SERVICE_HOST: 'x',
      HOLDFAST_API_PORT_80_TCP: 'x',
    };
    expect(loadConfig(environment, { role: 'api' }).unknown).toEqual(['HOLDFAST_OUTBOX_LIMT']);
  });

  it('answers every text for every setting with a value or an error, never an exception', () => {
    const variable = fc.constantFrom(...settingsOf(SETTINGS));
    const pairs = fc.array(
      fc.tuple(
        variable,
        fc.oneof(fc.string(), fc.constantFrom('\0', '\ud800', '-1', '1e3', '9'.repeat(400), '__proto__')),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(pairs, (given) => {
        const environment = Object.fromEntries(given.map(([setting, value]) => [setting.variable, value]));
        const result = loadConfig(environment, { role: 'api' });
        expect(result.ok || result.errors.length > 0).toBe(true);
      }),
    );
  });
});

describe('the table of settings', () => {
  it('has defaults that are within their own range', () => {
    const outside = settingsOf(SETTINGS).filter((setting) =>
      [setting.defaultText, setting.developmentText].some((value) => value !== undefined && !setting.parse(value).ok),
    );
    expect(outside).toEqual([]);
  });

  it('names each variable once, ours with our prefix', () => {
    const variables = settingsOf(SETTINGS).map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables.filter((variable) => !variable.startsWith('HOLDFAST_'))).toEqual([
      'KAFKA_BROKERS',
      'REDIS_URL',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ]);
  });

  it('is printed with name, default, range and meaning', () => {
    const table = describeConfig();
    expect(table).toContain('| `HOLDFAST_ALLOWED_LATENESS_MS` | `86400000` (24 h) | 0 to 5184000000 |');
    expect(table).toContain('`HOLDFAST_HASH_KEY` or `HOLDFAST_HASH_KEY_FILE` | required; in development');
    expect(table.split('\n')).toHaveLength(settingsOf(SETTINGS).length + 2);
  });
});
