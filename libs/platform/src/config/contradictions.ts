import type { ConfigRead, ProcessRole } from './config.ts';
import { DEVELOPMENT_HASH_KEY, SETTINGS } from './settings.ts';

type Rule = (config: ConfigRead, role: ProcessRole) => string | undefined;

const { http, admin, state, environment } = SETTINGS;

/** What single settings cannot see: values that are fine alone and wrong together. A value that was refused is undefined here and skipped. */
const RULES: readonly Rule[] = [
  (config, role) =>
    role === 'api' && config.environment === 'production' && config.http.apiKeys?.length === 0
      ? `${http.apiKeys.variable} is not set: set it to ${http.apiKeys.range} (or ${environment.variable}=development).`
      : undefined,
  (config) => {
    const ids = config.http.apiKeys?.map(({ keyId }) => keyId) ?? [];
    return new Set(ids).size < ids.length
      ? `${http.apiKeys.variable} has a key id twice: give every key its own id.`
      : undefined;
  },
  (config) =>
    config.environment === 'production' &&
    config.state.hashKey !== undefined &&
    Buffer.from(config.state.hashKey).toString('hex') === DEVELOPMENT_HASH_KEY
      ? `${state.hashKey.variable} is the development key: set it to a secret of your own (openssl rand -hex 16).`
      : undefined,
  ({ http: { defaultDeadlineMs, maxDeadlineMs } }) =>
    defaultDeadlineMs !== undefined && maxDeadlineMs !== undefined && defaultDeadlineMs > maxDeadlineMs
      ? `${http.defaultDeadlineMs.variable} is above ${http.maxDeadlineMs.variable}: set it to ${maxDeadlineMs} or less.`
      : undefined,
  ({ http: { defaultDeadlineMs, deadlineMarginMs } }) =>
    deadlineMarginMs !== undefined && defaultDeadlineMs !== undefined && deadlineMarginMs >= defaultDeadlineMs
      ? `${http.deadlineMarginMs.variable} leaves nothing of ${http.defaultDeadlineMs.variable}: set it below ${defaultDeadlineMs}.`
      : undefined,
  ({ http: { port }, admin: { apiPort } }, role) =>
    role === 'api' && port !== undefined && port !== 0 && port === apiPort
      ? `${admin.apiPort.variable} is ${port} like ${http.port.variable}: set it to another port.`
      : undefined,
];

/** One line for every pair of settings that contradict each other. */
export function contradictions(config: ConfigRead, role: ProcessRole): string[] {
  return RULES.map((rule) => rule(config, role)).filter((line) => line !== undefined);
}
