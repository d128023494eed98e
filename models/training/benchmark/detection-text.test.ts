import { describe, expect, test } from 'vitest';
import { type DetectionFigures, detectionText, knowsTooMuch } from './detection-text.ts';

function figuresOf(openAp: number, folds: DetectionFigures['folds_are'] = 'test'): DetectionFigures {
  const entryOf = (ap: number) => {
    const mean = { auc: 0.9, ap, cp100: 0.3 };
    const counts = { training_rows: 700, training_frauds: 7, test_rows: 500, test_frauds: 5 };
    return { folds: [{ ...mean, ...counts, start: '2018-07-25' }], mean };
  };
  return {
    folds_are: folds,
    entries: { anchor: entryOf(0.694), strict: entryOf(0.72), open: entryOf(openAp) },
    history: { rows: 10_000, frauds: 84, refused: 2 },
  };
}

describe('the figures of the detection benchmark', () => {
  test('are a line a fold and one of means, the published ones below on the same test folds only', () => {
    const text = detectionText(figuresOf(0.75), true);
    expect(text).toMatch(/^STRICT, 2018-07-25 +0\.900 +0\.720 +0\.300 +700 \(7 frauds\), 500 \(5\)$/m);
    expect(text).toMatch(/^OPEN, mean +0\.900 +0\.750 +0\.300$/m);
    expect(text).toMatch(/^best published anywhere +0\.879 +0\.694 +0\.305$/m);
    expect(text).toContain('On test folds of 10000 transactions, 84 frauds among them; 2 were refused.');
    expect(detectionText(figuresOf(0.75), false)).not.toContain('published anywhere');
    expect(detectionText(figuresOf(0.75, 'validation'), true)).not.toContain('published anywhere');
  });

  test('leak when a mean is above what anybody could know', () => {
    expect(knowsTooMuch(figuresOf(0.791))).toEqual([]);
    expect(knowsTooMuch(figuresOf(0.792))).toEqual([
      'OPEN has an average precision of 0.792, and nobody could know enough for more than 0.791',
    ]);
  });
});
