import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RegisteredModel } from '#libs/core';
import { record, string } from './json-fields.ts';
import { ModelRefused } from './model-refused.ts';

/** What `models/registry.json` says. */
export interface Registry {
  /** The model that decides. */
  readonly champion: RegisteredModel;
  /** Models that score beside it, and decide nothing. */
  readonly challengers: readonly RegisteredModel[];
  /** Champions before, the newest last, with when and by whom they were replaced. */
  readonly history: readonly ReplacedChampion[];
  /** What challengers came to beside a champion; the newest of each. */
  readonly comparisons: readonly RecordedComparison[];
}

export interface RecordedComparison {
  readonly challenger: RegisteredModel;
  /** Of the champion beside which it was compared: hex SHA-256 of its manifest. */
  readonly championSha256: string;
  /** ISO 8601, UTC. */
  readonly comparedAt: string;
  readonly decisions: number;
  /** Names of the limits that it broke. */
  readonly broken: readonly string[];
}

export interface ReplacedChampion {
  readonly champion: RegisteredModel;
  /** ISO 8601, UTC. */
  readonly replacedAt: string;
  readonly replacedBy: string;
  readonly reason: string;
  /** Names of the limits that its successor broke, and was promoted all the same. */
  readonly overridden: readonly string[];
}

const ANY_TEXT = /^/;

/** Reads a registry. Throws `ModelRefused` `unreadable` or `bad_registry`. */
export async function readRegistry(path: string): Promise<Registry> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ModelRefused('unreadable', path, { because: 'the registry cannot be read', cause });
  }
  try {
    const fields = record(JSON.parse(text));
    return {
      champion: registered(fields['champion']),
      challengers: list(fields['challengers']).map(registered),
      history: list(fields['history']).map(replaced),
      comparisons: list(fields['comparisons']).map(comparison),
    };
  } catch (cause) {
    const because = `it is no registry (${cause instanceof Error ? cause.message : String(cause)}): { "champion": { "id": "...", "version": "...", "manifest_sha256": "..." } } is expected`;
    throw new ModelRefused('bad_registry', path, { because, cause });
  }
}

/** Puts `registry` in the place of the file at `path`, as a whole: who reads meanwhile finds the one or the other. */
export async function writeRegistry(
  path: string,
  { champion, challengers, history, comparisons }: Registry,
): Promise<void> {
  const fields = {
    champion: fieldsOf(champion),
    challengers: challengers.map(fieldsOf),
    history: history.map((one) => ({
      champion: fieldsOf(one.champion),
      replaced_at: one.replacedAt,
      replaced_by: one.replacedBy,
      reason: one.reason,
      overridden: one.overridden,
    })),
    comparisons: comparisons.map((one) => ({
      challenger: fieldsOf(one.challenger),
      champion_sha256: one.championSha256,
      compared_at: one.comparedAt,
      decisions: one.decisions,
      broken: one.broken,
    })),
  };
  const draft = join(dirname(path), `.registry-${randomUUID()}.json`);
  try {
    await using file = await open(draft, 'wx');
    await file.writeFile(`${JSON.stringify(fields, null, 2)}\n`);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Where a model lies. */
export function directoryOf(modelsDirectory: string, { id, version }: Pick<RegisteredModel, 'id' | 'version'>): string {
  return join(modelsDirectory, id, version);
}

/** Whether `text` can name a model or a version: a folder's name, and no way out of its folder. */
export function isModelName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);
}

function registered(value: unknown): RegisteredModel {
  const fields = record(value);
  const [id, version, manifestSha256] = [
    string(fields, 'id'),
    string(fields, 'version'),
    string(fields, 'manifest_sha256'),
  ];
  if (!isModelName(id) || !isModelName(version)) throw new TypeError(`${id} ${version} is no name of a model`);
  if (!/^[0-9a-f]{64}$/.test(manifestSha256)) throw new TypeError('manifest_sha256 is not 64 hex digits');
  return { id, version, manifestSha256 };
}

function replaced(value: unknown): ReplacedChampion {
  const fields = record(value);
  return {
    champion: registered(fields['champion']),
    replacedAt: string(fields, 'replaced_at'),
    replacedBy: string(fields, 'replaced_by', ANY_TEXT),
    reason: string(fields, 'reason', ANY_TEXT),
    overridden: list(fields['overridden']).map(String),
  };
}

function comparison(value: unknown): RecordedComparison {
  const fields = record(value);
  return {
    challenger: registered(fields['challenger']),
    championSha256: string(fields, 'champion_sha256'),
    comparedAt: string(fields, 'compared_at'),
    decisions: Number(fields['decisions']),
    broken: list(fields['broken']).map(String),
  };
}

function fieldsOf({ id, version, manifestSha256 }: RegisteredModel): Record<string, string> {
  return { id, version, manifest_sha256: manifestSha256 };
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError('a list is missing');
  return value;
}
