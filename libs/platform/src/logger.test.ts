import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(level = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ service: 'api', level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line with a constant message and its fields', () => {
    const { logger, lines, last } = logged();
    logger.info({ partition: 3, epoch: 7 }, 'partition opened');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'info', service: 'api', partition: 3, epoch: 7, msg: 'partition opened' });
    expect(new Date(String(last()['time'])).getTime()).toBeGreaterThan(0);
  });

  it('drops what is below the level', () => {
    const { logger, lines } = logged('warn');
    logger.info({}, 'quiet');
    expect(lines).toEqual([]);
  });

  it('redacts credentials at the depths where requests carry them', () => {
    const { logger, lines } = logged();
    const headers = { authorization: 'Bearer s3cret' };
    logger.info({ authorization: 's3cret', headers, req: { headers }, redis: { password: 's3cret' } }, 'request');
    expect(lines[0]).not.toContain('s3cret');
    expect(lines[0]).toContain('[redacted]');
  });

  it('writes an error with its code and causes, and nothing that a client hung on it', () => {
    const { logger, last } = logged();
    const reply = Object.assign(new Error('OOM command not allowed'), { command: { args: ['4111 payload'] } });
    const err = Object.assign(new Error('commit failed', { cause: reply }), { code: 'redis_unavailable' });
    logger.error({ err }, 'commit failed');
    expect(JSON.stringify(last())).not.toContain('4111');
    expect(last()['err']).toMatchObject({
      type: 'Error',
      code: 'redis_unavailable',
      cause: { message: 'OOM command not allowed' },
    });
  });

  it('survives an error that is its own cause, and one that is no error', () => {
    const { logger, lines } = logged();
    const ring: Error & { cause?: unknown } = new Error('ring');
    ring.cause = ring;
    logger.error({ err: ring }, 'ring');
    logger.error({ err: 'text' }, 'text');
    expect(lines).toHaveLength(2);
  });
});
