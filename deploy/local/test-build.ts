import { buildIfStale } from './build.ts';

/** Vitest loads this file once for each project that names it; they share one build through here. */
const shared = globalThis as { holdfastTestBuild?: Promise<void> };

/** Vitest's global setup of the levels that start the compiled programs. */
export default async function setup(): Promise<void> {
  shared.holdfastTestBuild ??= buildIfStale((line) => console.error(line));
  await shared.holdfastTestBuild;
}
