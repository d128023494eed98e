import { readFileSync } from 'node:fs';
import process from 'node:process';
import { EXIT } from '../process-signals.ts';
import type { Config, ProcessRole } from './config.ts';
import { configFaults, loadConfig } from './load-config.ts';

/**
 * The config of this process. Where it is wrong, writes every error on stderr and ends the process with code 78.
 * Variables that nobody reads are told to `onUnknown`.
 */
export function processConfig(role: ProcessRole, onUnknown: (variables: readonly string[]) => void = () => {}): Config {
  const result = loadConfig(process.env, { role, readText: (path) => readFileSync(path, 'utf8') });
  if (!result.ok) {
    process.stderr.write(configFaults(role, result.errors));
    process.exit(EXIT.refused);
  }
  if (result.unknown.length > 0) onUnknown(result.unknown);
  return result.config;
}
