import { readFileSync } from 'node:fs';
import { TransientFault } from '#libs/core';
import { startAdminServer, type Check } from './admin-server.ts';
import type { Config, Environment, ProcessRole } from './config/config.ts';
import { configFaults, loadConfig } from './config/load-config.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import type { Metrics } from './metrics/metrics.ts';
import { EXIT, handleProcessSignals, type ProcessEvents } from './process-signals.ts';
import { systemClock } from './system-clock.ts';
import type { Telemetry } from './telemetry.ts';
import { openTracing } from './tracing/open-tracing.ts';
import type { Tracing } from './tracing/tracing.ts';

/** What a process's own part works in. */
export interface ProcessFrame {
  readonly config: Config;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** The port of /livez, /readyz and /metrics. */
  readonly adminPort: number;
  /** From now on `check` decides whether the process is ready; before, it is starting. */
  readonly becomeReady: (check: Check) => void;
  /** Calls `open` until it does not end in a `TransientFault`; null when the process was asked to stop before it came to that. */
  readonly whenReachable: <T>(open: () => Promise<T>) => Promise<T | null>;
}

/** What is used of Node's `process`, so that tests need not be processes. */
export interface ProcessHost extends ProcessEvents {
  readonly env: Environment;
  readonly stderr: { write(text: string): unknown };
}

export interface ProcessOptions {
  readonly role: Exclude<ProcessRole, 'ops'>;
  readonly telemetry: Telemetry;
  /** Faults that waiting does not mend: a person has to change something. A port that cannot be listened on is one in any case. */
  readonly refusals: readonly (abstract new (...args: never[]) => Error)[];
  /** Opens the process's own part; what it opens it registers with the lifecycle. */
  readonly open: (frame: ProcessFrame) => Promise<void>;
  readonly host?: ProcessHost;
  readonly retryMs?: number;
}

const RETRY_MS = 1_000;

/**
 * Runs a process from its environment to its end: config, log, signals, admin server, then its own part. While what it needs is away it waits, alive
 * and not ready. A config with errors and a refusal end it with code 78, a bug with 70; SIGTERM and SIGINT stop it in order.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { role, telemetry, open, host = process, retryMs = RETRY_MS } = options;
  const loaded = loadConfig(host.env, { role, readText: (path) => readFileSync(path, 'utf8') });
  if (!loaded.ok) {
    host.stderr.write(configFaults(role, loaded.errors));
    host.exit(EXIT.refused);
    return;
  }
  const { config, unknown } = loaded;
  const logger = createLogger({ service: role, level: config.logLevel });
  const lifecycle = createLifecycle({ logger, deadlineMs: config.shutdownTimeoutMs });
  handleProcessSignals({ lifecycle, logger, process: host });
  if (unknown.length > 0) logger.warn({ variables: unknown }, 'environment variables that nobody reads');
  await lifecycle.opened('telemetry', () => telemetry.stop());
  const tracing = openTracing(`holdfast-${role}`, config.tracing, telemetry.metrics);
  await lifecycle.opened('traces', () => tracing.close());
  try {
    let ready: Check = () => ({ ok: false, reason: 'starting' });
    const admin = await openAdminServer({ config, lifecycle, telemetry, role }, () => ready());
    await open({
      config,
      logger,
      lifecycle,
      metrics: telemetry.metrics,
      tracing,
      adminPort: admin.port,
      becomeReady: (check) => (ready = check),
      whenReachable: (reach) => whenReachable(reach, { logger, lifecycle, retryMs }),
    });
  } catch (error) {
    if (!isRefusal(error, options.refusals)) throw error;
    logger.fatal({ reason: error.message }, 'process refuses to start');
    await lifecycle.stop('refused');
    host.exit(EXIT.refused);
  }
}

async function openAdminServer(
  surroundings: { config: Config; lifecycle: Lifecycle; telemetry: Telemetry; role: ProcessOptions['role'] },
  ready: Check,
): Promise<{ readonly port: number }> {
  const { config, lifecycle, telemetry, role } = surroundings;
  const { host, apiPort, workerPort } = config.admin;
  const admin = await startAdminServer({
    host,
    port: role === 'api' ? apiPort : workerPort,
    live: {},
    ready: {
      process: () => (lifecycle.stopSignal.stopped ? { ok: false, reason: 'stopping' } : { ok: true }),
      [role]: ready,
    },
    serveMetrics: telemetry.serveMetrics,
  });
  await lifecycle.opened('admin server', () => admin.close());
  return admin;
}

async function whenReachable<T>(
  open: () => Promise<T>,
  surroundings: { readonly logger: Logger; readonly lifecycle: Lifecycle; readonly retryMs: number },
): Promise<T | null> {
  const { logger, lifecycle, retryMs } = surroundings;
  while (!lifecycle.stopSignal.stopped) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      logger.warn({ reason: error.message }, 'waiting for what is needed');
      await systemClock.sleep(retryMs, lifecycle.stopSignal);
    }
  }
  return null;
}

function isRefusal(error: unknown, refusals: ProcessOptions['refusals']): error is Error {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).syscall === 'listen' || refusals.some((refusal) => error instanceof refusal);
}
