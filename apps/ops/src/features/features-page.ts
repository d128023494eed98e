import {
  ACCOUNT_FEATURE_RULES,
  ENTITY_FEATURE_RULES,
  EMPTY_RECORD_BYTES,
  type Feature,
  PRIMITIVES,
  type Primitive,
  STATE_COSTS,
} from '#libs/core';
import { listedFeatures, windowText } from './listed-features.ts';

const INTRODUCTION = `# Features

The 72 inputs of a model, made from the manifest in \`libs/core\` by \`npm run ops -- features --markdown\`; a unit test fails while this page differs, and \`npm run
schemas\` writes it. A name means one definition for ever. The vector has the account's forty first, then those of the other entities.

## When something counts

- Event time decides: \`occurred_at\`, in UTC, to the millisecond. No feature reads the wall clock.
- A window of length W at time t is (t - W, t]. The transaction itself is not in, unless the name says \`incl\`; those of the same millisecond that were decided
  earlier are.
- A late transaction is asked as of its own time; but D, V, first times, and the ids, days and labels of other entities as they stand.
- Labels, reversals and refunds change what is asked from then on, and no decision of the past.
- Every value is a float32 of magnitude below 2^24, or NaN for what is missing. Amounts are in major units, ages in seconds.`;

const PRIMITIVE_NAMES = Object.keys(PRIMITIVES) as Primitive[];

/** `docs/features.md`, as the formatter has it. */
export function featuresPage(): string {
  const features = listedFeatures();
  const ofAccount = features.filter(({ entity }) => entity === 'account');
  const ofOthers = features.filter(({ entity }) => entity !== 'account');
  return `${[
    INTRODUCTION,
    '## Of the account',
    listOf(ACCOUNT_FEATURE_RULES),
    featureTable(ofAccount),
    '## Of card, terminal, device, network and beneficiary',
    listOf(ENTITY_FEATURE_RULES),
    featureTable(ofOthers),
    '## What it is read from, and what that costs',
    `Bytes in the record of one account or other entity; one that has nothing of it takes ${EMPTY_RECORD_BYTES}.`,
    markdownTable(['State', 'Entity', 'Is', 'Bytes', 'For each', 'At most'], costRows()),
  ].join('\n\n')}\n`;
}

function featureTable(features: readonly Feature[]): string {
  const columns = ['#', 'Feature', 'Entity', 'Unit', 'Window', 'Missing', 'State', 'Meaning'];
  return markdownTable(
    columns,
    features.map(({ catalogue, name, entity, unit, windowMs, missing, state, meaning }) => {
      return [String(catalogue), `\`${name}\``, entity, unit, windowText(windowMs), missing, state, meaning];
    }),
  );
}

function costRows(): string[][] {
  return PRIMITIVE_NAMES.flatMap((primitive) =>
    Object.entries(STATE_COSTS).flatMap(([entity, costs]) => {
      const cost = costs[primitive];
      if (cost === undefined) return [];
      return [[primitive, entity, PRIMITIVES[primitive], cost.bytes, cost.each ?? '', cost.atMost ?? '']];
    }),
  );
}

function listOf(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

/** A table with its columns aligned. */
function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const widths = columns.map((column, at) =>
    Math.max(column.length, 3, ...escaped.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...escaped.map(line)].join('\n');
}
