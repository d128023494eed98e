import { HOUR_MS, SECOND_MS } from '#libs/core';
import { parsePublicKey } from './parse-value.ts';
import { integer, list, text } from './setting.ts';

/** Which models decide, and whose are believed. */
export const MODEL_SETTINGS = {
  publicKeys: list('HOLDFAST_MODEL_PUBLIC_KEYS', {
    default: '',
    min: 0,
    max: 16,
    range: 'raw Ed25519 public keys in base64 (44 characters each), comma-separated',
    meaning: 'if any: a model is taken only with a signature by one of them',
    parseItem: parsePublicKey,
  }),
  pollMs: integer('HOLDFAST_MODEL_POLL_MS', {
    default: 2 * SECOND_MS,
    min: 100,
    max: HOUR_MS,
    meaning: 'how often the registry is read for another champion',
  }),
  maxSwaps: integer('HOLDFAST_MODEL_MAX_SWAPS', {
    default: 200,
    min: 0,
    max: 10_000,
    meaning: 'champions that one process takes after its first: each may leave some memory behind',
  }),
  directory: text('HOLDFAST_MODEL_DIR', {
    default: 'models',
    pattern: /^[^\0]{1,1024}$/,
    range: 'a directory',
    meaning: 'holds <name>/<version>/ of each model',
  }),
  registry: text('HOLDFAST_MODEL_REGISTRY', {
    default: 'models/registry.json',
    pattern: /^[^\0]{1,1024}$/,
    range: 'a file',
    meaning: 'says which model is the champion',
  }),
};
