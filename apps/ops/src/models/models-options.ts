import { Command, InvalidArgumentError, Option } from 'commander';
import type { ModelSettings } from '#libs/adapters';
import { parsePublicKey } from '#libs/platform';
import { newCommand } from '../command-context.ts';

/** Options of every command about models, as commander gives them. */
export interface ModelsOptions {
  readonly models: string;
  readonly registry: string;
  readonly publicKeys: readonly Uint8Array[];
  readonly json?: boolean;
}

/** A command about models. Where they lie is told as the services are told it. */
export function newModelsCommand(name: string, summary: string, examples: readonly string[]): Command {
  return newCommand(name, summary, examples)
    .addOption(
      new Option('--models <folder>', 'holds <id>/<version>/ of each model')
        .default('models')
        .env('HOLDFAST_MODEL_DIR'),
    )
    .addOption(
      new Option('--registry <file>', 'says which model is the champion')
        .default('models/registry.json')
        .env('HOLDFAST_MODEL_REGISTRY'),
    )
    .addOption(
      new Option('--public-keys <keys>', 'raw Ed25519 keys in base64, comma-separated: take signed models only')
        .default([])
        .env('HOLDFAST_MODEL_PUBLIC_KEYS')
        .argParser(publicKeys),
    );
}

/** A command about one model, which it is given by id and version. */
export function newModelCommand(name: string, summary: string, examples: readonly string[]): Command {
  return newModelsCommand(name, summary, examples).argument('<id>', 'the model').argument('<version>', 'its version');
}

/** The options in the words of the configuration. */
export function settingsOf({ models, registry, publicKeys: keys }: ModelsOptions): ModelSettings {
  return { directory: models, registry, publicKeys: keys };
}

/** As the services read HOLDFAST_MODEL_PUBLIC_KEYS: an empty text is no key. */
function publicKeys(text: string): Uint8Array[] {
  const items = text.trim() === '' ? [] : text.split(',');
  return items.map((item) => {
    const key = parsePublicKey(item.trim());
    if (key === undefined) throw new InvalidArgumentError('Give raw Ed25519 public keys: 32 bytes each, in base64.');
    return key;
  });
}
