import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REASON_FAMILIES } from './reason-families.ts';

it('docs/reasons.md has every code with what may be said to the customer', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/reasons.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)`\s+\| (.*?)\s+\|$/gm)].map(([, code, text]) => [code, text]);
  expect(rows).toEqual(REASON_FAMILIES.map(({ code, customerText }) => [code, customerText]));
});
