import { assert, type Model } from '#libs/core';

/**
 * A model whose probability is a simple function of the amount (the vector's first value): the same for the same vector, as a real one. All that it
 * knows is the amount, so that explains it.
 */
export function fakeModel(featureSet = 'f'.repeat(64)): Model {
  return {
    identity: { id: 'fake', version: '1.0.0', sha256: 'a'.repeat(64) },
    featureSet,
    score: async (vectors, rows) => {
      const width = rows === 0 ? 0 : vectors.length / rows;
      assert(Number.isInteger(width), 'vectors of one length');
      return Float32Array.from({ length: rows }, (_, row) => 1 / (1 + Math.exp(8 - (vectors[row * width] as number))));
    },
    explain: async (vector) => {
      return { bias: -8, contributions: vector.map((value, place) => (place === 0 ? value : 0)) };
    },
  };
}
