import { decide, type Policy, type ShadowTally, stabilityOf } from '#libs/core';
import {
  averagePrecision,
  type Difference,
  fallingOrder,
  pairedDifferences,
  recallWithin,
} from './paired-bootstrap.ts';

/** A decision, as two models score its recorded vector. */
export interface ComparedDecision {
  readonly accountId: string;
  readonly transactionId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly champion: number;
  readonly challenger: number;
  /** null while it is not known. */
  readonly isFraud: boolean | null;
}

/** What each of two models would hold of the same decisions. */
interface Held {
  readonly holds: number;
  /** Sum of the amounts held, minor units by currency. */
  readonly heldMinor: Readonly<Record<string, number>>;
  readonly frauds: number;
}

/** What comparing came to. */
export interface ModelComparison {
  readonly decisions: number;
  /** Scores of either that are no probability. */
  readonly notFinite: number;
  /** By the policy as it is. */
  readonly flips: ShadowTally;
  readonly policy: { readonly champion: Held; readonly challenger: Held };
  /** With as many holds as the champion has by the policy: the highest scores of each. */
  readonly equalBudget: {
    readonly holds: number;
    readonly champion: Held;
    readonly challenger: Held;
    readonly inCommon: number;
  };
  /** Population stability index of the challenger's scores against the champion's. */
  readonly scorePsi: number;
  readonly labelled: {
    readonly decisions: number;
    readonly frauds: number;
    readonly averagePrecision: Difference;
    readonly recallWithinBudget: Difference;
  };
  /** The greatest differences of the scores, in each direction. */
  readonly disagreements: readonly ComparedDecision[];
}

const SHOWN = 10;

/** Compares two models on decisions that were made. Pure; keeps nothing of them. */
export function compareModels(rows: readonly ComparedDecision[], policy: Policy): ModelComparison {
  const champion = Float64Array.from(rows, (row) => row.champion);
  const challenger = Float64Array.from(rows, (row) => row.challenger);
  const holdsBy = (probability: number, row: ComparedDecision): boolean =>
    decide({ ...row, probability }, policy).outcome === 'hold';
  const byChampion = rows.map((row) => holdsBy(row.champion, row));
  const byChallenger = rows.map((row) => holdsBy(row.challenger, row));
  const holds = byChampion.filter(Boolean).length;
  const [topChampion, topChallenger] = [highest(champion, holds), highest(challenger, holds)];
  const count = (of: (row: number) => boolean): number => rows.filter((_, row) => of(row)).length;
  return {
    decisions: rows.length,
    notFinite: count((row) => !isProbability(champion[row]) || !isProbability(challenger[row])),
    flips: {
      bothHold: count((row) => byChampion[row] === true && byChallenger[row] === true),
      championOnly: count((row) => byChampion[row] === true && byChallenger[row] === false),
      challengerOnly: count((row) => byChampion[row] === false && byChallenger[row] === true),
      neither: count((row) => byChampion[row] === false && byChallenger[row] === false),
    },
    policy: { champion: held(rows, byChampion), challenger: held(rows, byChallenger) },
    equalBudget: {
      holds,
      champion: held(rows, topChampion),
      challenger: held(rows, topChallenger),
      inCommon: count((row) => topChampion[row] === true && topChallenger[row] === true),
    },
    scorePsi: stabilityOf(champion, challenger),
    labelled: compareLabelled(rows, holds),
    disagreements: disagreements(rows),
  };
}

function compareLabelled(all: readonly ComparedDecision[], holds: number): ModelComparison['labelled'] {
  const rows = all.filter(({ isFraud }) => isFraud !== null);
  const scores = {
    champion: Float64Array.from(rows, (row) => row.champion),
    challenger: Float64Array.from(rows, (row) => row.challenger),
    frauds: Uint8Array.from(rows, ({ isFraud }) => (isFraud === true ? 1 : 0)),
  };
  const budget = all.length === 0 ? 0 : Math.round((holds * rows.length) / all.length);
  return {
    decisions: rows.length,
    frauds: scores.frauds.reduce((sum, fraud) => sum + fraud, 0),
    ...pairedDifferences(scores, { averagePrecision, recallWithinBudget: recallWithin(budget) }),
  };
}

function held(rows: readonly ComparedDecision[], isHeld: readonly boolean[]): Held {
  const heldRows = rows.filter((_, row) => isHeld[row] === true);
  const heldMinor: Record<string, number> = {};
  for (const { currency, amountMinor } of heldRows) heldMinor[currency] = (heldMinor[currency] ?? 0) + amountMinor;
  return { holds: heldRows.length, heldMinor, frauds: heldRows.filter(({ isFraud }) => isFraud === true).length };
}

/** Which rows are among the `count` highest scores. */
function highest(scores: Float64Array, count: number): boolean[] {
  const isHighest = Array.from(scores, () => false);
  for (const row of fallingOrder(scores).subarray(0, count)) isHighest[row] = true;
  return isHighest;
}

function disagreements(rows: readonly ComparedDecision[]): ComparedDecision[] {
  const rising = rows.toSorted((a, b) => a.challenger - a.champion - (b.challenger - b.champion));
  return [...rising.slice(-SHOWN).toReversed(), ...rising.slice(0, Math.min(SHOWN, Math.max(0, rows.length - SHOWN)))];
}

function isProbability(value: number | undefined): boolean {
  return value !== undefined && value >= 0 && value <= 1;
}
