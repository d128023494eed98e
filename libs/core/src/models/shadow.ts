import type { Decision, ModelIdentity } from '../decision.ts';
import { decide, type Policy } from '../policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { StopSignal } from '../stop-signal.ts';
import type { OwnedModel } from './champion-slot.ts';

/** How often a challenger would have decided as the champion did, and how not. */
export interface ShadowTally {
  readonly bothHold: number;
  readonly championOnly: number;
  readonly challengerOnly: number;
  readonly neither: number;
}

export interface ShadowHooks {
  scored(challenger: ModelIdentity, tally: ShadowTally): void;
  /** There was no room for these decisions: challengers do not see them. */
  dropped(decisions: number): void;
  /** A challenger is let go, until the registry names it anew: it failed, or takes too long. */
  letGo(challenger: ModelIdentity, reason: string): void;
}

export interface ShadowLimits {
  /** Decisions that wait to be scored. */
  readonly queueDecisions: number;
  /** What one run of `BATCH_ROWS` rows may take: the runtime keeps the event loop for so long. */
  readonly deadlineMs: number;
}

const BATCH_ROWS = 64;
/** One slow run may be the machine's. */
const SLOW_RUNS = 3;

interface Challenger {
  readonly model: OwnedModel;
  slowRuns: number;
}

/**
 * Challengers score what was decided, beside the decisions and after them: they read recorded vectors from a queue that drops what it has no room for, a batch
 * at a time with a turn of the event loop between, and whatever happens to them touches no decision.
 */
export class Shadow {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #limits: ShadowLimits;
  readonly #hooks: ShadowHooks;
  #challengers: Challenger[] = [];
  #waiting: Decision[] = [];

  constructor(options: { policy: Policy; clock: Clock; limits: ShadowLimits; hooks: ShadowHooks }) {
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#hooks = options.hooks;
  }

  /** The models that score now. */
  get identities(): readonly ModelIdentity[] {
    return this.#challengers.map(({ model }) => model.identity);
  }

  /** `model` scores from now on, and belongs to the shadow. */
  add(model: OwnedModel): void {
    this.#challengers = [...this.#challengers, { model, slowRuns: 0 }];
  }

  /** The model with this graph scores no more, and is closed. Harmless for one that does not. */
  async remove(sha256: string): Promise<void> {
    const gone = this.#challengers.filter(({ model }) => model.identity.sha256 === sha256);
    this.#challengers = this.#challengers.filter((one) => !gone.includes(one));
    for (const { model } of gone) await model.close();
  }

  /** Takes a decision to be scored; costs nothing without challengers. */
  offer(decision: Decision): void {
    if (this.#challengers.length === 0 || decision.probability === null) return;
    if (this.#waiting.length >= this.#limits.queueDecisions) this.#hooks.dropped(1);
    else this.#waiting.push(decision);
  }

  /** Looks at the queue every `gapMs` until the stop. */
  async run({ gapMs, stop }: { readonly gapMs: number; readonly stop: StopSignal }): Promise<void> {
    while (!stop.stopped) {
      await this.work();
      await this.#clock.sleep(gapMs, stop);
    }
  }

  /** Closes the challengers; after `run` has ended. */
  async close(): Promise<void> {
    for (const { sha256 } of this.identities) await this.remove(sha256);
  }

  /** Scores what waits. One call at a time. */
  async work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_ROWS);
      this.#waiting = this.#waiting.slice(BATCH_ROWS);
      for (const challenger of this.#challengers) await this.#score(challenger, batch);
      await this.#clock.sleep(0);
    }
  }

  async #score(challenger: Challenger, batch: readonly Decision[]): Promise<void> {
    const { model } = challenger;
    const decisions = batch.filter(({ featureSet }) => featureSet === model.featureSet);
    if (decisions.length === 0) return;
    const width = (decisions[0] as Decision).vector.length;
    const vectors = new Float32Array(decisions.length * width);
    decisions.forEach(({ vector }, row) => vectors.set(vector, row * width));
    const startedMs = this.#clock.monotonicMs();
    let scores: Float32Array;
    try {
      scores = await model.score(vectors, decisions.length);
    } catch (error) {
      return this.#letGo(challenger, error instanceof Error ? error.message : String(error));
    }
    const tookMs = this.#clock.monotonicMs() - startedMs;
    challenger.slowRuns = tookMs > this.#limits.deadlineMs ? challenger.slowRuns + 1 : 0;
    if (challenger.slowRuns >= SLOW_RUNS) {
      return this.#letGo(challenger, `${SLOW_RUNS} runs took more than ${this.#limits.deadlineMs} ms each`);
    }
    this.#hooks.scored(model.identity, this.#tally(decisions, scores));
  }

  #tally(decisions: readonly Decision[], scores: Float32Array): ShadowTally {
    const tally = { bothHold: 0, championOnly: 0, challengerOnly: 0, neither: 0 };
    for (const [row, { outcome, transaction }] of decisions.entries()) {
      const { amountMinor, currency } = transaction;
      const holds = decide({ probability: scores[row] as number, amountMinor, currency }, this.#policy).outcome === 'hold'; // prettier-ignore
      if (outcome === 'hold') tally[holds ? 'bothHold' : 'championOnly'] += 1;
      else tally[holds ? 'challengerOnly' : 'neither'] += 1;
    }
    return tally;
  }

  async #letGo({ model }: Challenger, reason: string): Promise<void> {
    this.#hooks.letGo(model.identity, reason);
    await this.remove(model.identity.sha256);
  }
}
