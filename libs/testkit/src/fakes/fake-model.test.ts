import { modelContract } from '../contracts/model-contract.ts';
import { fakeModel } from './fake-model.ts';

modelContract('the fake model', async () => ({
  model: fakeModel(),
  vectors: Array.from({ length: 40 }, (_, n) => Float32Array.of(n / 3, 1, n)),
  close: async () => undefined,
}));
