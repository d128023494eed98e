import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeLimits, LIMITS, NO_LIMITS } from './limits.ts';
import { settingsOf } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** Tables without the padding that the formatter gives them. */
const rows = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ |-]+\|$/.test(line))
    .map((line) => line.replaceAll(/ +\| */g, '|').replaceAll(/\| +/g, '|'));

describe('the limits', () => {
  it('are in docs/limits.md as they are here', () => {
    const written = readFileSync(new URL('../../../../docs/limits.md', import.meta.url), 'utf8');
    expect(rows(written)).toEqual(rows(describeLimits()));
  });

  it('hold every number that can be set, or say that it limits nothing', () => {
    const numbers = settingsOf(SETTINGS).filter(({ range }) => /^\d+ to \d+$/.test(range));
    const unlimited = NO_LIMITS.map(({ variable }) => variable);
    const listed = LIMITS.map(({ what }) => /`(HOLDFAST_\w+)`/.exec(what)?.[1]).filter((name) => name !== undefined);
    expect([...listed, ...unlimited].toSorted()).toEqual(numbers.map(({ variable }) => variable).toSorted());
  });
});
