import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** For the mirror that mutants are made in: one named test at a time, on a Redis that the runner has started. */
const root = process.cwd();

export default defineConfig({
  root,
  cacheDir: join(root, '.vite'),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: { include: ['libs/**/*.int.test.ts', 'apps/**/*.int.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 },
});
