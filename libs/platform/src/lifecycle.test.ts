import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import { handleProcessSignals } from './process-signals.ts';

function fixture(deadlineMs = 1000) {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const lifecycle = createLifecycle({ logger, deadlineMs });
  const closed: string[] = [];
  const closes = (name: string) => async () => {
    await delay(1);
    closed.push(name);
  };
  return { lifecycle, logger, lines, closed, closes };
}

describe('createLifecycle', () => {
  it('closes one after the other, last opened first', async () => {
    const { lifecycle, closed, closes } = fixture();
    for (const name of ['telemetry', 'store', 'door']) await lifecycle.opened(name, closes(name));
    expect(await lifecycle.stop('test')).toEqual({ clean: true });
    expect(closed).toEqual(['door', 'store', 'telemetry']);
  });

  it('goes on past a resource that fails or hangs, and says that the stop was not clean', async () => {
    const { lifecycle, closed, closes, lines } = fixture(20);
    await lifecycle.opened('store', closes('store'));
    await lifecycle.opened('broken', () => {
      throw new Error('no');
    });
    await lifecycle.opened('hanging', () => new Promise(() => {}));
    expect(await lifecycle.stop('test')).toEqual({ clean: false });
    expect(closed).toEqual(['store']);
    expect(lines.filter((line) => line.includes('"resource":'))).toHaveLength(2);
  });

  it('stops once, whoever asks', async () => {
    const { lifecycle, closed, closes } = fixture();
    await lifecycle.opened('store', closes('store'));
    await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')]);
    expect(closed).toEqual(['store']);
    expect(lifecycle.stopSignal.stopped).toBe(true);
  });

  it('closes at once what is opened during a stop', async () => {
    const { lifecycle, closed, closes } = fixture();
    await lifecycle.stop('test');
    await lifecycle.opened('late', closes('late'));
    expect(closed).toEqual(['late']);
  });
});

describe('handleProcessSignals', () => {
  function withProcess() {
    const base = fixture();
    const exits: number[] = [];
    const events = new EventEmitter();
    const process = Object.assign(events, { exit: (code: number) => void exits.push(code) });
    handleProcessSignals({ ...base, process });
    return { ...base, process, exits };
  }

  it('stops in order on SIGTERM and exits with 0', async () => {
    const { lifecycle, process, exits, closed, closes } = withProcess();
    await lifecycle.opened('store', closes('store'));
    process.emit('SIGTERM');
    expect(exits).toEqual([]);
    await lifecycle.stop('same');
    await delay(1);
    expect(closed).toEqual(['store']);
    expect(exits).toEqual([0]);
  });

  it('exits with 1 when something was left undone', async () => {
    const { lifecycle, process, exits } = withProcess();
    await lifecycle.opened('broken', () => Promise.reject(new Error('no')));
    process.emit('SIGINT');
    await lifecycle.stop('same');
    await delay(1);
    expect(exits).toEqual([1]);
  });

  it('ends at once on a second signal', async () => {
    const { lifecycle, process, exits } = withProcess();
    await lifecycle.opened('hanging', () => new Promise(() => {}));
    process.emit('SIGTERM');
    process.emit('SIGINT');
    expect(exits).toEqual([130]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs %s and ends with a code of its own', (event) => {
    const { process, exits, lines } = withProcess();
    process.emit(event, new Error('bug'));
    expect(exits).toEqual([70]);
    expect(lines.join()).toContain('"message":"bug"');
  });
});
