import { createHash } from 'node:crypto';
import { measureCpu, type Measured } from './measured-cpu.ts';

const ITEMS = 4_000;

/**
 * Work that has nothing to do with Holdfast: parsing a small JSON text and hashing it. Its cost says how fast this machine is just now, so that two
 * results can be compared although the machine, or what else runs on it, was another.
 */
export function measureReference(): Measured {
  const text = JSON.stringify({
    id: 'x'.repeat(40),
    numbers: Array.from({ length: 40 }, (_, i) => i * 1.5),
    nested: { a: 1, b: 'two' },
  });
  return measureCpu('reference work', { rounds: 9, transactions: ITEMS }, () => {
    for (let i = 0; i < ITEMS; i++)
      createHash('sha256')
        .update(JSON.stringify(JSON.parse(text)))
        .digest();
  });
}
