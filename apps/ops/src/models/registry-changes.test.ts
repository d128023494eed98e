import { describe, expect, it } from 'vitest';
import type { Registry } from '#libs/adapters';
import { compared, promoted, rolledBack, shadowing, withoutShadow } from './registry-changes.ts';

const model = (version: string, manifestSha256 = 'aa') => ({ id: 'm', version, manifestSha256 });
const registry: Registry = { champion: model('1'), challengers: [], history: [], comparisons: [] };
const change = { at: new Date(0), by: 'ada', reason: 'better', override: ['not_compared'] };

describe('a registry', () => {
  it('gives the champion before back, step by step', () => {
    const third = promoted(promoted(registry, model('2'), change), model('3'), change);
    expect(third.champion).toEqual(model('3'));
    expect(third.history.map(({ champion }) => champion.version)).toEqual(['1', '2']);
    expect(third.history[0]).toMatchObject({ replacedAt: '1970-01-01T00:00:00.000Z', replacedBy: 'ada', reason: 'better' }); // prettier-ignore
    expect(rolledBack(rolledBack(third))).toEqual(registry);
    expect(() => rolledBack(registry)).toThrow('no champion before');
  });

  it('takes other bytes under the name of the champion, and not the same ones', () => {
    expect(promoted(registry, model('1', 'bb'), change).champion.manifestSha256).toBe('bb');
    expect(() => promoted(registry, model('1'), change)).toThrow('already');
  });

  it("promotes what was compared with this champion and broke no limit, and else only by the limits' names", () => {
    const strict = { ...change, override: [] };
    const verdict = (broken: string[]) =>
      compared(registry, { champion: model('1'), challenger: model('2'), decisions: 5, broken, at: new Date(0) });
    expect(() => promoted(registry, model('2'), strict)).toThrow('--override not_compared');
    expect(promoted(verdict([]), model('2'), strict).history[0]?.overridden).toEqual([]);
    expect(() => promoted(verdict(['holds', 'labels']), model('2'), { ...strict, override: ['holds'] })).toThrow(
      'breaks labels',
    );
    const both = { ...strict, override: ['holds', 'labels', 'score_psi'] };
    expect(promoted(verdict(['holds', 'labels']), model('2'), both).history[0]?.overridden).toEqual([
      'holds',
      'labels',
    ]);
    // Other bytes, or another champion, were not compared.
    expect(() => promoted(verdict([]), model('2', 'bb'), strict)).toThrow('not_compared');
    expect(() => promoted({ ...verdict([]), champion: model('1', 'bb') }, model('2'), strict)).toThrow('not_compared');
    // Nor one that took the champion's place while they were compared.
    const replaced = { ...registry, champion: model('1', 'bb') };
    const late = compared(replaced, {
      champion: model('1'),
      challenger: model('2'),
      decisions: 5,
      broken: [],
      at: new Date(0),
    });
    expect(() => promoted(late, model('2'), strict)).toThrow('not_compared');
    // The newest comparison counts.
    const again = compared(verdict(['holds']), {
      champion: model('1'),
      challenger: model('2'),
      decisions: 9,
      broken: [],
      at: new Date(0),
    });
    expect(again.comparisons).toHaveLength(1);
    expect(promoted(again, model('2'), strict).champion).toEqual(model('2'));
  });

  it('has no champion that is a challenger too', () => {
    const shadowed = shadowing(registry, model('2'));
    expect(shadowed.challengers).toEqual([model('2')]);
    expect(promoted(shadowed, model('2'), change).challengers).toEqual([]);
    expect(() => shadowing(registry, model('1'))).toThrow('is the champion');
  });

  it('has each challenger once, by its newest bytes', () => {
    const shadowed = shadowing(registry, model('2'));
    expect(() => shadowing(shadowed, model('2'))).toThrow('already');
    expect(shadowing(shadowed, model('2', 'bb')).challengers).toEqual([model('2', 'bb')]);
    expect(withoutShadow(shadowed, model('2')).challengers).toEqual([]);
    expect(() => withoutShadow(registry, model('2'))).toThrow('no challenger');
  });
});
