import type { Config, ConfigRead, ConfigResult, Environment, ProcessRole } from './config.ts';
import { contradictions } from './contradictions.ts';
import { isSetting, settingsOf, type Setting, type SettingTree } from './setting.ts';
import { SETTINGS } from './settings.ts';

type ReadText = (path: string) => string;

/** Kubernetes writes `<SERVICE>_SERVICE_HOST`, `<SERVICE>_PORT` and the like for every service, ours included. */
const SERVICE_LINK = /_(SERVICE_(HOST|PORT.*)|PORT(_\d+_(TCP|UDP).*)?)$/;

/**
 * Turns an environment into a config. Pure but for `readText`, by which secrets are read from files (`<variable>_FILE`).
 * Every setting is looked at before an error is reported, so that one start finds all of them. An empty text is as good as none.
 */
export function loadConfig(
  environment: Environment,
  options: { readonly role: ProcessRole; readonly readText?: ReadText },
): ConfigResult {
  const errors: string[] = [];
  const readTree = (tree: SettingTree): Readonly<Record<string, unknown>> =>
    Object.freeze(
      Object.fromEntries(
        Object.entries(tree).map(([key, node]) => {
          if (!isSetting(node)) return [key, readTree(node)];
          const read = readSetting(node, environment, options.readText);
          if ('error' in read) errors.push(read.error);
          return [key, 'error' in read ? undefined : read.value];
        }),
      ),
    );
  const values = readTree(SETTINGS);
  errors.push(...contradictions(values as ConfigRead, options.role));
  const unknown = unknownVariables(environment);
  return errors.length === 0 ? { ok: true, config: values as Config, unknown } : { ok: false, errors, unknown };
}

/** What stderr says of a config with errors. */
export function configFaults(role: ProcessRole, errors: readonly string[]): string {
  const lines = errors.map((error) => `- ${error}\n`).join('');
  return `The ${role} cannot start. Its environment has ${errors.length} error(s):\n${lines}`;
}

function readSetting(
  setting: Setting<unknown>,
  environment: Environment,
  readText: ReadText | undefined,
): { readonly value: unknown } | { readonly error: string } {
  const { variable, meaning, range } = setting;
  const given = givenText(setting, environment, readText);
  if ('error' in given) return given;
  const isDevelopment = environment[SETTINGS.environment.variable] === 'development';
  const text = given.text ?? (isDevelopment ? setting.developmentText : undefined) ?? setting.defaultText;
  if (text === undefined) return { error: `${variable} is not set: set it to ${range} (${meaning}).` };
  const parsed = setting.parse(text);
  if (parsed.ok) return { value: parsed.value };
  const shown = setting.secret ? 'has a value that is not taken' : `is ${JSON.stringify(text.slice(0, 80))}`;
  return { error: `${variable} ${shown}: set it to ${range} (${meaning}).` };
}

function givenText(
  { variable, secret }: Setting<unknown>,
  environment: Environment,
  readText: ReadText | undefined,
): { readonly text: string | undefined } | { readonly error: string } {
  const direct = environment[variable] || undefined;
  const fileVariable = `${variable}_FILE`;
  const path = (secret && environment[fileVariable]) || undefined;
  if (path === undefined) return { text: direct };
  if (direct !== undefined) return { error: `${variable} and ${fileVariable} are both set: set one of them.` };
  if (readText === undefined) return { error: `${fileVariable} is set, but files are not read here: set ${variable}.` };
  try {
    return { text: readText(path).trim() };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { error: `${fileVariable} cannot be read (${why}): set it to a readable file.` };
  }
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set(
    settingsOf(SETTINGS).flatMap(({ variable, secret }) => (secret ? [variable, `${variable}_FILE`] : [variable])),
  );
  return Object.keys(environment).filter(
    (variable) => variable.startsWith('HOLDFAST_') && !known.has(variable) && !SERVICE_LINK.test(variable),
  );
}
