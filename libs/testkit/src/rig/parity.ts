import {
  ACCOUNT_FEATURES,
  type Decision,
  ENTITY_FEATURES,
  ENTITY_KINDS,
  type EntityKind,
  FEATURE_INDEX,
  FEATURES,
  HOUR_MS,
} from '#libs/core';

/** What a live decision and a replayed one are compared by. */
export type ComparedDecision = Pick<Decision, 'transaction' | 'vector' | 'outcome' | 'riskScore' | 'entities'>;

/** What comparing came to. */
export interface Parity {
  /** What nothing explains, by transaction and feature. */
  readonly unexplained: readonly string[];
  /** Records of other entities that were read with the changes that the replay had by then. */
  readonly current: number;
  /** Those that were read with others, as their marks say. */
  readonly stale: number;
  /** Those of the stale ones that had as many changes or more. */
  readonly ahead: number;
}

/** The kind that each entity feature is read from, by its name. */
const KIND_BY_PREFIX: Readonly<Record<string, EntityKind>> = {
  card: 'card',
  term: 'terminal',
  amount: 'terminal',
  device: 'device',
  ip: 'ip',
  beneficiary: 'beneficiary',
};
const FEATURES_OF = new Map(
  ENTITY_KINDS.map((kind) => [
    kind,
    ENTITY_FEATURES.flatMap(({ name }, i) =>
      KIND_BY_PREFIX[name.split('_')[0] ?? ''] === kind ? [ACCOUNT_FEATURES.length + i] : [],
    ),
  ]),
);

/**
 * Compares what the service decided with a replay of the same history, in the order of the history, bit for bit. The account's inputs are equal, and so
 * are those of an entity of which both read the same changes. An entity that was read with others explains that its inputs differ, and so the score;
 * a score that differs explains a hold that does, and that the account's count of the service's holds does.
 */
export function compareWithReplay(live: readonly ComparedDecision[], replayed: readonly ComparedDecision[]): Parity {
  const unexplained: string[] = [];
  let [current, stale, ahead] = [0, 0, 0];
  const holds = new Map<string, number[]>();
  for (const [n, one] of live.entries()) {
    const other = replayed[n] as ComparedDecision;
    const { accountId, transactionId, eventTimeMs } = one.transaction;
    const differing = new Set(differingInputs(one, other));
    const say = (what: string | undefined): void => void unexplained.push(`${n} ${transactionId}: ${what}`);
    const held = holds.get(accountId) ?? [];
    for (let i = 0; i < ACCOUNT_FEATURES.length; i++) {
      if (!differing.has(i)) continue;
      const ownHolds = held.filter((timeMs) => timeMs > eventTimeMs - HOUR_MS).length;
      if (i !== FEATURE_INDEX.acct_held_cnt_1h || one.vector[i] !== ownHolds) say(FEATURES[i]?.name);
    }
    for (const kind of ENTITY_KINDS) {
      const [read, whole] = [one.entities[kind], other.entities[kind]];
      if (read?.folded === whole?.folded && read?.mark === whole?.mark) {
        if (whole !== null) current += 1;
        for (const i of FEATURES_OF.get(kind) ?? []) if (differing.has(i)) say(FEATURES[i]?.name);
      } else {
        stale += 1;
        if ((read?.folded ?? 0) >= (whole?.folded ?? 0)) ahead += 1;
      }
    }
    if (differing.size === 0 && (one.outcome !== other.outcome || one.riskScore !== other.riskScore)) say('decision');
    if (one.outcome === 'hold') holds.set(accountId, [...held, eventTimeMs]);
  }
  return { unexplained, current, stale, ahead };
}

/** Places of the inputs that are not the same to the last bit. */
export function differingInputs(one: ComparedDecision, other: ComparedDecision): number[] {
  const [a, b] = [bitsOf(one), bitsOf(other)];
  return FEATURES.flatMap((_, i) => (a[i] === b[i] ? [] : [i]));
}

function bitsOf({ vector }: ComparedDecision): Uint32Array {
  return new Uint32Array(vector.slice().buffer);
}
