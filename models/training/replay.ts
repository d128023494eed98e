import {
  approvingModel,
  createHasher,
  DAY_MS,
  DEFAULT_POLICY,
  type Decision,
  type HistoryItem,
  type Model,
  OfflineScorer,
  REDUCER_VERSION,
} from '#libs/core';
import { coreLabelOf, type Known, type SimulatedEvent, transactionOf } from '#libs/simulator';

/** Items that are decided in one call: only that runs of the model are shared depends on it. */
const ITEMS = 512;

/** A transaction with what the scorer made of it. */
export interface Replayed {
  readonly event: SimulatedEvent;
  readonly decision: Decision;
}

/**
 * Each transaction decided as the live scorer would have, on what was known by then: the same functions of the core, labels included. The vectors in
 * the decisions are those that a model is given.
 */
export async function* replay(
  history: Iterable<Known> | AsyncIterable<Known>,
  model: Model,
): AsyncGenerator<Replayed, void, undefined> {
  const scorer = new OfflineScorer({
    model,
    featureSet: model.featureSet,
    // Any key will do: hashes are compared with each other and never leave the replay.
    hasher: createHasher(new Uint8Array(16)),
    policy: DEFAULT_POLICY,
    // As the scorer has them by default.
    rules: {
      reducer: { version: REDUCER_VERSION, allowedLatenessMs: DAY_MS, logCap: 512 },
      allowedLatenessMs: DAY_MS,
    },
  });
  let waiting: Known[] = [];
  for await (const known of history) {
    waiting.push(known);
    if (waiting.length < ITEMS) continue;
    yield* await decided(scorer, waiting);
    waiting = [];
  }
  yield* await decided(scorer, waiting);
}

async function decided(scorer: OfflineScorer, waiting: readonly Known[]): Promise<Replayed[]> {
  const results = await scorer.take(waiting.map(itemOf));
  return waiting.flatMap((known, i) => {
    const result = results[i];
    if (known.kind !== 'transaction') return [];
    if (result?.kind !== 'decided') throw new Error(`A simulated transaction came to ${result?.kind}`);
    return [{ event: known.event, decision: result.decision }];
  });
}

function itemOf(known: Known): HistoryItem {
  if (known.kind === 'label') return { kind: 'label', label: coreLabelOf(known.label) };
  return { kind: 'transaction', transaction: transactionOf(known.event) };
}

/** For replays before there is a model. */
export const APPROVING = approvingModel('');
