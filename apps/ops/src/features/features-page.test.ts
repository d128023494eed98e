import { describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command.ts';

describe('features', () => {
  it('--markdown is docs/features.md; npm run schemas writes it', async () => {
    const { code, out } = await runCommand(['features', '--markdown']);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`${import.meta.dirname}/../../../../docs/features.md`);
  });

  it('has all 72 in a table for people, and in full for scripts, with their places in the vector', async () => {
    const { out } = await runCommand(['features']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(73);
    expect(lines[9]).toMatch(/^ +9 +acct_cnt_24h +account +count +24 h +0 +L\/T$/);
    const { features } = JSON.parse((await runCommand(['features', '--json'])).out) as { features: object[] };
    expect(features).toHaveLength(72);
    expect(features[63]).toMatchObject({ number: 64, place: 38, name: 'acct_device_age', window_s: null });
  });

  it('takes one form at a time', async () => {
    expect(await runCommand(['features', '--json', '--markdown'])).toMatchObject({ code: 2, out: '' });
  });
});
