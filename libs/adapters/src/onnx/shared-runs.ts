import type { Model } from '#libs/core';

interface Call {
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly resolve: (probabilities: Float32Array) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * A model whose waiting calls share a run of at most `maxRows` rows. Batches of different partitions ask for a few rows each at the same time,
 * and a run costs as much as a dozen rows: one after the other they would wait for a turn of the event loop each. Which rows run together
 * changes no answer, as a model's contract has it. A call of more rows than `maxRows` runs alone.
 */
export function shareRuns(model: Model, maxRows: number): Model {
  let waiting: Call[] = [];
  let isRunning = false;

  const work = async (): Promise<void> => {
    isRunning = true;
    // Calls that are made in the same turn come along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const count = fitting(waiting, maxRows);
      const run = waiting.slice(0, count);
      waiting = waiting.slice(count);
      await runTogether(model, run);
    }
    isRunning = false;
  };

  return {
    identity: model.identity,
    featureSet: model.featureSet,
    explain: (vector) => model.explain(vector),
    score: (vectors, rows) =>
      new Promise((resolve, reject) => {
        waiting.push({ vectors, rows, resolve, reject });
        if (!isRunning) void work();
      }),
  };
}

/** How many calls from the first on fit into one run; at least one. */
function fitting(calls: readonly Call[], maxRows: number): number {
  let rows = 0;
  const beyond = calls.findIndex((call) => (rows += call.rows) > maxRows);
  return beyond === -1 ? calls.length : Math.max(1, beyond);
}

/** Never rejects: a fault goes to everybody in the run. */
async function runTogether(model: Model, calls: readonly Call[]): Promise<void> {
  try {
    const [first] = calls;
    if (calls.length === 1 && first !== undefined) {
      first.resolve(await model.score(first.vectors, first.rows));
      return;
    }
    const vectors = new Float32Array(calls.reduce((length, call) => length + call.vectors.length, 0));
    let offset = 0;
    for (const call of calls) {
      vectors.set(call.vectors, offset);
      offset += call.vectors.length;
    }
    const rows = calls.reduce((sum, call) => sum + call.rows, 0);
    const probabilities = await model.score(vectors, rows);
    let row = 0;
    for (const call of calls) call.resolve(probabilities.slice(row, (row += call.rows)));
  } catch (cause) {
    for (const { reject } of calls) reject(cause);
  }
}
