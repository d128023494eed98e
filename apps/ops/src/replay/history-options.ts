import type { Command } from 'commander';
import { FEATURE_SET, loadChampion, type LoadedModel, loadModel } from '#libs/adapters';
import { DAY_MS, REDUCER_VERSION, type ReducerParameters } from '#libs/core';
import { durationMs, integer } from '../options.ts';

/** What a history in files is decided by. */
export interface DecidingOptions {
  /** A folder; false for none; undefined for the champion. */
  readonly model?: string | false;
  readonly registry: string;
  readonly allowedLateness: number;
  readonly logCap: number;
}

/** Adds the options of what a history is decided by; `withoutModel` says what `--no-model` does. */
export function withDecidingOptions(command: Command, withoutModel: string): Command {
  return command
    .option('--model <folder>', "a model's folder (default: the champion of the registry)")
    .option('--no-model', withoutModel)
    .option('--registry <file>', 'which model is the champion', 'models/registry.json')
    .option('--allowed-lateness <duration>', 'how late a transaction may come', durationMs, DAY_MS)
    .option('--log-cap <events>', "events that an account's log holds", integer(64, 4096), 512);
}

/** The model that is asked for; null for none. */
export async function chosenModel({ model, registry }: DecidingOptions): Promise<LoadedModel | null> {
  if (model === false) return null;
  if (model === undefined) return loadChampion({ registry, directory: 'models', publicKeys: [] });
  return loadModel(model, { featureSet: FEATURE_SET });
}

/** How accounts are kept. */
export function chosenReducer({ allowedLateness, logCap }: DecidingOptions): ReducerParameters {
  return { version: REDUCER_VERSION, allowedLatenessMs: allowedLateness, logCap };
}

/** What a manifest says of them. */
export function reducerFacts({ version, allowedLatenessMs, logCap }: ReducerParameters): object {
  return { version, allowed_lateness_ms: allowedLatenessMs, log_cap: logCap };
}
