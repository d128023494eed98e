import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`This is Node ${process.version}. Use npm test or npx vitest, which take Node 24 from the packages.`);
}

/** Levels of test, by file name: `x.test.ts` is pure, `x.int.test.ts` talks to a real Redis, Kafka or ONNX runtime,
 *  `x.e2e.test.ts` starts a process. Fault runs (`x.chaos.test.ts`) are started by name only:
 *  `npx vitest run --project chaos`. */
const servicesStarter = './deploy/local/test-services.ts';
const builder = './deploy/local/test-build.ts';
const sources = ['apps/**', 'libs/**', 'deploy/**', 'load-tests/**', 'models/training/**'];
const files = (level: string): string[] => sources.map((folder) => `${folder}/*.${level}.ts`);
const elsewhere = ['**/node_modules/**', '**/dist/**', '**/.holdfast/**'];

/** Inside the libraries `#libs/<name>` resolves to TypeScript, as in tsc and `node --conditions=source`. */
const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'] } };

/** Properties see the same random inputs in each run, so that a red run means a change for the worse; see CONTRIBUTING.md. */
const setupFiles = ['./libs/testkit/src/generators/property-seed.ts'];

const withServices = (name: string, testTimeoutMs: number, setup: readonly string[] = []) => ({
  resolve,
  ssr,
  test: {
    name,
    include: files(`${name}.test`),
    exclude: elsewhere,
    globalSetup: [...setup, servicesStarter],
    setupFiles,
    testTimeout: testTimeoutMs,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          setupFiles,
          include: files('test'),
          exclude: [...elsewhere, ...['int', 'e2e', 'chaos'].map((level) => `**/*.${level}.test.ts`)],
        },
      },
      withServices('int', 60_000),
      withServices('e2e', 120_000, [builder]),
      withServices('chaos', 600_000, [builder]),
    ],
  },
});
