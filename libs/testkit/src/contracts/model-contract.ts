import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '#libs/core';

/** A model to be tried out. */
export interface ModelUnderTest {
  readonly model: Model;
  /** Some vectors that it takes, each with another answer than most others. */
  readonly vectors: readonly Float32Array[];
  close(): Promise<void>;
}

/** One run of the runtime takes 64 rows: below, at and above it, and several runs. */
const ROWS = [1, 2, 63, 64, 65, 129];

/** What every `Model` does. A fake that passes what the ONNX model passes can stand in for it. */
export function modelContract(name: string, makeModel: () => Promise<ModelUnderTest>): void {
  describe(`${name}, as a model`, () => {
    let made: ModelUnderTest;
    beforeAll(async () => {
      made = await makeModel();
    });
    afterAll(() => made?.close());
    const subject: Subject = {
      model: () => made.model,
      vector: (n) => made.vectors[n % made.vectors.length] as Float32Array,
      score: async (rows) => [...(await made.model.score(concatenated(rows), rows.length))],
    };
    it('says which it is, and on which features it was trained', () => {
      const { identity, featureSet } = made.model;
      expect(identity).toEqual({
        id: expect.stringMatching(/./) as string,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      });
      expect(featureSet).toMatch(/^[0-9a-f]{64}$/);
    });
    rowTests(subject);
    sameAnswerTests(subject);
    strangeRowTests(subject);
    explanationTests(subject);
  });
}

interface Subject {
  readonly model: () => Model;
  readonly vector: (n: number) => Float32Array;
  readonly score: (rows: readonly Float32Array[]) => Promise<number[]>;
}

function rowTests({ model, vector, score }: Subject): void {
  it.each(ROWS)('gives %i rows a probability each', async (count) => {
    const scores = await score(Array.from({ length: count }, (_, i) => vector(i)));
    expect(scores).toHaveLength(count);
    expect(scores.filter((probability) => !(probability >= 0 && probability <= 1))).toEqual([]);
  });

  it('gives nothing for nothing', async () => {
    expect(await model().score(new Float32Array(0), 0)).toEqual(new Float32Array(0));
  });

  it('does not give all vectors the same', async () => {
    expect(new Set(await score(Array.from({ length: 64 }, (_, i) => vector(i)))).size).toBeGreaterThan(1);
  });

  it('does not take vectors that do not divide evenly into its rows', async () => {
    const odd = concatenated([vector(0), vector(1), Float32Array.of(1)]);
    await expect(async () => model().score(odd, 2)).rejects.toBeInstanceOf(Error);
  });
}

function sameAnswerTests({ model, vector, score }: Subject): void {
  it('gives a vector the same probability at any batch size, place and company, to the bit', async () => {
    const alone: number[] = [];
    for (let n = 0; n < 32; n += 1) alone.push((await score([vector(n)]))[0] as number);
    const batch = fc.array(fc.nat(31), { minLength: 1, maxLength: 140 });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), async (batches) => {
        const scored = await Promise.all(batches.map((ns) => score(ns.map(vector))));
        expect(scored).toEqual(batches.map((ns) => ns.map((n) => alone[n])));
      }),
      { numRuns: 50 },
    );
  });

  it('leaves the vectors as they were, and its answers to whoever has them', async () => {
    const vectors = concatenated([vector(0), vector(1)]);
    const before = vectors.slice();
    const first = await model().score(vectors, 2);
    const kept = first.slice();
    await model().score(concatenated([vector(2), vector(3)]), 2);
    expect(vectors).toEqual(before);
    expect(first).toEqual(kept);
  });
}

function strangeRowTests({ vector, score }: Subject): void {
  it.each([NaN, Infinity, -Infinity, 3e38, -0])(
    'gives a row of %d a probability or no number, and the others their own',
    async (value) => {
      const strange = vector(0).map(() => value);
      const [before, scored, after] = await score([vector(1), strange, vector(2)]);
      expect([before, after]).toEqual([...(await score([vector(1)])), ...(await score([vector(2)]))]);
      expect(!Number.isFinite(scored) || ((scored as number) >= 0 && (scored as number) <= 1)).toBe(true);
      expect(await score([strange])).toEqual([scored]);
    },
  );
}

function explanationTests({ model, vector, score }: Subject): void {
  it('explains a score by contributions of the inputs that add up to its log-odds', async () => {
    for (let n = 0; n < 64; n += 1) {
      const explanation = await model().explain(vector(n));
      expect(explanation?.contributions).toHaveLength(vector(n).length);
      const sum = explanation?.contributions.reduce((total, part) => total + part, explanation.bias) ?? NaN;
      const [probability] = await score([vector(n)]);
      expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(probability as number, 4);
    }
  });

  it('explains a vector the same, whatever else is asked at the same time', async () => {
    const alone = [await model().explain(vector(0)), await model().explain(vector(1))];
    const [first, , second] = await Promise.all([
      model().explain(vector(0)),
      model().score(concatenated([vector(2), vector(3)]), 2),
      model().explain(vector(1)),
    ]);
    expect([first, second]).toEqual(alone);
  });
}

function concatenated(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((length, row) => length + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
