import { settingsOf } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** Every setting as a Markdown table: name, default, what is allowed, meaning. */
export function describeConfig(): string {
  const rows = settingsOf(SETTINGS).map((setting) => {
    const fallback = setting.defaultText === undefined ? 'required' : code(setting.defaultText) || 'empty';
    const development =
      setting.developmentText === undefined ? '' : `; in development ${code(setting.developmentText)}`;
    const name = setting.secret ? `\`${setting.variable}\` or \`${setting.variable}_FILE\`` : `\`${setting.variable}\``;
    return [
      name,
      `${fallback}${readable(setting.variable, setting.defaultText)}${development}`,
      setting.range,
      setting.meaning,
    ];
  });
  return [['Name', 'Default', 'Allowed', 'Meaning'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');
}

function code(value: string): string {
  return value === '' ? '' : `\`${value}\``;
}

/** Milliseconds as hours or minutes where they are whole, for people. */
function readable(variable: string, value: string | undefined): string {
  if (!variable.endsWith('_MS') || value === undefined) return '';
  const durationMs = Number(value);
  const unit = [
    { name: 'h', ms: 3_600_000 },
    { name: 'min', ms: 60_000 },
    { name: 's', ms: 1000 },
  ].find(({ ms }) => durationMs >= ms && durationMs % ms === 0);
  return unit === undefined ? '' : ` (${durationMs / unit.ms} ${unit.name})`;
}
