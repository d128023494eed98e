import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { directoryOf, readManifest, readRegistry, type Registry, SIGNATURE_FILE, signatureOf, writeRegistry } from '#libs/adapters'; // prettier-ignore
import type { RegisteredModel } from '#libs/core';
import { type CommandContext, finish } from '../command-context.ts';
import { CommandFailed } from '../failures.ts';
import { compareCommand } from './compare-models.ts';
import { healthCommand } from './model-health.ts';
import { textTable } from '../inspect/text-table.ts';
import { listedModels } from '../models/listed-models.ts';
import { asItIs, modelFolders } from '../models/model-folders.ts';
import { type ModelsOptions, newModelCommand, newModelsCommand, settingsOf } from '../models/models-options.ts';
import { type Change, nameOf, promoted, rolledBack, shadowing, withoutShadow } from '../models/registry-changes.ts';
import { type ModelVerdict, verifyModel } from '../models/verify-model.ts';

/** `models`: what there is, what is fit, and which one decides. */
export function modelsCommand(context: CommandContext): Command {
  return new Command('models')
    .description('the models that may decide: list, verify, sign, compare, promote, roll back, shadow, watch')
    .helpCommand(false)
    .addCommand(listCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(signCommand(context))
    .addCommand(compareCommand(context))
    .addCommand(healthCommand(context))
    .addCommand(promoteCommand(context))
    .addCommand(rollbackCommand(context))
    .addCommand(shadowCommand(context))
    .addHelpText('after', OVERVIEW);
}

function listCommand(context: CommandContext): Command {
  return newModelsCommand('list', 'show the models, and what the registry makes of them', ['models list']).action(
    async (options: ModelsOptions) => {
      const registry = await readRegistry(options.registry);
      const models = await listedModels(settingsOf(options), registry);
      const rows = models.map(({ id, version, role, sha256, bytes, isSigned, problem }) => {
        const kilobytes = bytes === null ? '' : String(Math.round(bytes / 1_000));
        return [id, version, role ?? '', sha256?.slice(0, 12) ?? '', kilobytes, isSigned ? 'yes' : '', problem ?? ''];
      });
      const columns = ['model', 'version', 'role', 'sha256', 'kB', 'signed', 'problem'];
      const text = textTable(columns.map((name) => ({ name, isNumber: name === 'kB' })), rows).join('\n'); // prettier-ignore
      const failed = models.some(({ role, problem }) => role !== null && problem !== null);
      finish(context, options, { data: { models, history: registry.history }, text, failed });
    },
  );
}

function verifyCommand(context: CommandContext): Command {
  return newModelsCommand(
    'verify',
    'load a model as a service would, with every check; all of them when none is named',
    ['models verify', 'models verify baseline 1.0.0 --json'],
  )
    .argument('[id]', 'the model')
    .argument('[version]', 'its version')
    .action(async (id: string | undefined, version: string | undefined, options: ModelsOptions) => {
      const settings = settingsOf(options);
      const asked = id === undefined ? await modelFolders(settings.directory) : [{ id, version: version ?? '' }];
      const verified: (RegisteredModel & ModelVerdict)[] = [];
      for (const one of asked) {
        const model = await asItIs(settings, one.id, one.version);
        verified.push({ ...model, ...(await verifyModel(model, settings)) });
      }
      const failed = verified.some(({ accepted }) => !accepted);
      finish(context, options, { data: { models: verified }, text: verified.map(verdictText).join('\n'), failed });
    });
}

function signCommand(context: CommandContext): Command {
  return newModelCommand('sign', `write ${SIGNATURE_FILE} beside a model's manifest`, [
    'models sign baseline 1.0.0 --key private.pem',
  ])
    .requiredOption('--key <file>', 'an Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)')
    .action(async (id: string, version: string, options: ModelsOptions & { readonly key: string }) => {
      const model = await asItIs(settingsOf(options), id, version);
      const directory = directoryOf(options.models, model);
      const key = await privateKeyIn(options.key);
      const path = join(directory, SIGNATURE_FILE);
      await writeFile(path, signatureOf(await readManifest(directory), key));
      finish(context, options, { data: { ...model, signature: path }, text: `${nameOf(model)} is signed: ${path}` });
    });
}

function promoteCommand(context: CommandContext): Command {
  return newModelCommand('promote', 'make a model the champion: running services take it within seconds', [
    'models promote baseline 1.1.0 --reason "trained on September"',
    'models promote baseline 1.1.0 --override not_compared',
  ])
    .option('--by <name>', 'who promotes it', userInfo().username)
    .option('--reason <text>', 'why, for the history', '')
    .option(
      '--override <limits>',
      'limits that it may break, comma-separated, as "models compare" names them; not_compared',
      (names: string) => names.split(','),
      [],
    )
    .action(async (id: string, version: string, options: ModelsOptions & Omit<Change, 'at'>) => {
      const model = await fit(options, id, version);
      const change = { at: new Date(), by: options.by, reason: options.reason, override: options.override };
      await changeRegistry(context, options, (registry) => promoted(registry, model, change));
    });
}

function rollbackCommand(context: CommandContext): Command {
  return newModelsCommand('rollback', 'make the champion before this one the champion again', [
    'models rollback',
  ]).action(async (options: ModelsOptions) => {
    await demandFit(rolledBack(await readRegistry(options.registry)).champion, options);
    await changeRegistry(context, options, rolledBack);
  });
}

function shadowCommand(context: CommandContext): Command {
  return newModelCommand('shadow', 'let a model score beside the champion, deciding nothing', [
    'models shadow baseline 1.1.0',
    'models shadow baseline 1.1.0 --stop',
  ])
    .option('--stop', 'let it score no more')
    .action(async (id: string, version: string, options: ModelsOptions & { readonly stop?: boolean }) => {
      if (options.stop === true) {
        await changeRegistry(context, options, (registry) => withoutShadow(registry, { id, version }));
        return;
      }
      const model = await fit(options, id, version);
      await changeRegistry(context, options, (registry) => shadowing(registry, model));
    });
}

/** The model in its folder, if a service would take it. Throws `CommandFailed` with what is wrong with it. */
async function fit(options: ModelsOptions, id: string, version: string): Promise<RegisteredModel> {
  const model = await asItIs(settingsOf(options), id, version);
  await demandFit(model, options);
  return model;
}

async function demandFit(model: RegisteredModel, options: ModelsOptions): Promise<void> {
  const verdict = await verifyModel(model, settingsOf(options));
  if (!verdict.accepted) throw new CommandFailed(verdictText({ ...model, ...verdict }));
}

async function changeRegistry(
  context: CommandContext,
  options: ModelsOptions,
  change: (registry: Registry) => Registry,
): Promise<void> {
  const changed = change(await readRegistry(options.registry));
  await writeRegistry(options.registry, changed);
  const { champion, challengers } = changed;
  const beside = challengers.length === 0 ? '' : `; beside it: ${challengers.map(nameOf).join(', ')}`;
  finish(context, options, { data: { champion, challengers }, text: `Champion: ${nameOf(champion)}${beside}` });
}

function verdictText(model: RegisteredModel & ModelVerdict): string {
  return model.accepted ? `${nameOf(model)}: fit` : `${nameOf(model)}: refused (${model.code}): ${model.reason}`;
}

async function privateKeyIn(path: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new CommandFailed(`${path} is no private key that can be read.`, { cause });
  }
  throw new CommandFailed(`${path} is no Ed25519 key.`);
}

const OVERVIEW = `
A model is a folder <models>/<id>/<version>/ with manifest.json, the ONNX file that it names, a card and perhaps a signature.
The registry fixes its bytes. Copy the folder to every host before the registry. docs/models.md.`;
