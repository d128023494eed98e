import { type Drift, DriftCounts, FEATURES, type ModelReference } from '#libs/core';
import type { KnownDecision } from './read-decisions.ts';

/** Lower bounds of the probabilities that are looked at together. */
const RELIABILITY = [0, 0.01, 0.03, 0.1, 0.3, 0.6];
const QUANTILES = [0.5, 0.9, 0.99, 0.999];

/** Decisions whose probabilities are alike, of which it is known what they were. */
export interface ReliabilityBin {
  readonly from: number;
  readonly decisions: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share of frauds. */
  readonly observed: number;
}

/** How a model's decisions of late lie beside what it was made on. */
export interface ModelHealth {
  readonly decisions: number;
  readonly holds: number;
  readonly score: Drift & { readonly quantiles: Readonly<Record<string, number>> };
  /** The farthest moved first. */
  readonly features: readonly (Drift & { readonly name: string })[];
  readonly calibration: {
    readonly decisions: number;
    readonly frauds: number;
    /** Frauds that the probabilities promised. */
    readonly expectedFrauds: number;
    readonly reliability: readonly ReliabilityBin[];
  };
}

/** Gathers decisions of one model. Memory follows their number. */
export class HealthCount {
  readonly #drift: DriftCounts;
  readonly #probabilities: number[] = [];
  readonly #known: { readonly probability: number; readonly isFraud: boolean }[] = [];
  #holds = 0;

  constructor(reference: ModelReference) {
    this.#drift = new DriftCounts(reference);
  }

  /** A decision without a probability, or of which it is not known what it was, counts as far as it goes. */
  add({ decision, isFraud }: KnownDecision): void {
    const { probability, vector, outcome } = decision;
    if (probability === null) return;
    this.#drift.add(vector, probability);
    this.#probabilities.push(probability);
    if (outcome === 'hold') this.#holds += 1;
    if (isFraud !== null) this.#known.push({ probability, isFraud });
  }

  get health(): ModelHealth {
    const sorted = Float64Array.from(this.#probabilities).toSorted();
    const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
    const drift = this.#drift.drift();
    const features = FEATURES.map(({ name }, place) => ({ name, ...(drift.features[place] as Drift) }));
    const reliability = RELIABILITY.map((from, bin) => this.#reliability(from, RELIABILITY[bin + 1] ?? Infinity));
    return {
      decisions: sorted.length,
      holds: this.#holds,
      score: {
        ...drift.score,
        quantiles: Object.fromEntries(QUANTILES.map((share) => [`p${share * 100}`, at(share)])),
      },
      features: features.toSorted((a, b) => b.psi - a.psi),
      calibration: {
        decisions: this.#known.length,
        frauds: this.#known.filter(({ isFraud }) => isFraud).length,
        expectedFrauds: this.#known.reduce((sum, { probability }) => sum + probability, 0),
        reliability: reliability.filter(({ decisions }) => decisions > 0),
      },
    };
  }

  #reliability(from: number, to: number): ReliabilityBin {
    const rows = this.#known.filter(({ probability }) => probability >= from && probability < to);
    const frauds = rows.filter(({ isFraud }) => isFraud).length;
    const predicted = rows.reduce((sum, { probability }) => sum + probability, 0) / rows.length;
    return { from, decisions: rows.length, predicted, observed: frauds / rows.length };
  }
}

const ENOUGH_FRAUDS = 30;

/** What is not as it should be, one line each. */
export function complaintsOf({ decisions, score, features, calibration }: ModelHealth): string[] {
  if (decisions === 0) return ['there are no decisions of this model'];
  const { frauds, expectedFrauds } = calibration;
  const complaints = features
    .filter(({ hasMoved }) => hasMoved)
    .map(({ name, psi }) => `${name} has moved: stability index ${psi.toFixed(2)}`);
  if (score.hasMoved) complaints.unshift(`the scores have moved: stability index ${score.psi.toFixed(2)}`);
  const ratio = frauds / expectedFrauds;
  if (Math.max(frauds, expectedFrauds) >= ENOUGH_FRAUDS && !(ratio >= 0.5 && ratio <= 2)) {
    complaints.push(`the probabilities promised ${expectedFrauds.toFixed(0)} frauds, and ${frauds} came`);
  }
  return complaints;
}
