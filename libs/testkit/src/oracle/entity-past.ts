import { DAY_MS, HOUR_MS, type EntityChange, type EntityKind, type EntityParameters, type Hash64 } from '#libs/core';

/** One transaction and what is known of it now. */
export interface PastRow {
  readonly timeMs: number;
  readonly order: number;
  readonly left: number;
  readonly currency: string;
  readonly isTakenBack: boolean;
  readonly label: 'fraud' | 'genuine' | null;
  readonly account: Hash64;
  readonly card: Hash64 | null;
}

/** How long each kind keeps transactions one by one, and ids. */
const LOG_MS = { card: 8 * DAY_MS, terminal: 46 * DAY_MS, device: 0, ip: 0, beneficiary: 2 * DAY_MS };
const IDS_MS = { card: 0, terminal: HOUR_MS, device: 30 * DAY_MS, ip: HOUR_MS, beneficiary: DAY_MS };

/** Transactions, and which of them are kept one by one: the newest that are young enough, as many as the cap allows. */
export interface KeptRows {
  readonly all: readonly PastRow[];
  readonly logged: readonly PastRow[];
  readonly others: readonly PastRow[];
  /** Time of the newest one that was young enough and had no room. */
  readonly truncatedMs: number;
}

/** What is known of one entity from the list of all changes: computed anew at each question. */
export class EntityPast {
  /** Every transaction that it is in; of a beneficiary, every one that pays it. */
  readonly rows: KeptRows;
  /** Those that the account of a beneficiary pays to accounts. */
  readonly sent: KeptRows;
  readonly newestMs: number;
  readonly #kind: EntityKind;
  readonly #parameters: EntityParameters;

  constructor(
    changes: readonly EntityChange[],
    { kind, key }: { kind: EntityKind; key: Hash64 | null },
    parameters: EntityParameters,
  ) {
    const isSubject = (change: EntityChange): boolean => key !== null && isSame(keysOf(change)[kind], key);
    const isPayer = (change: EntityChange): boolean =>
      kind === 'beneficiary' && key !== null && isSame(change.account, key) && keysOf(change).beneficiary !== null;
    const isLabel = (change: EntityChange): boolean =>
      change.type === 'amendment' && ['fraud', 'genuine'].includes(change.kind);
    const subjects = changes.filter(isSubject);
    const payers = changes.filter((change) => isPayer(change) && !isLabel(change));
    this.#kind = kind;
    this.#parameters = parameters;
    this.newestMs = Math.max(...[...subjects, ...payers].map(timeOf));
    this.rows = this.#kept(rowsOf(subjects));
    this.sent = this.#kept(rowsOf(payers));
  }

  /** When each remembered id was seen last. */
  idTimes(idOf: (row: PastRow) => Hash64): number[] {
    const last = new Map<string, { id: Hash64; timeMs: number }>();
    for (const row of this.rows.all) {
      const id = idOf(row);
      const name = nameOf(id);
      last.set(name, { id, timeMs: Math.max(row.timeMs, last.get(name)?.timeMs ?? -Infinity) });
    }
    return [...last.values()]
      .filter(({ timeMs }) => timeMs > this.newestMs - IDS_MS[this.#kind])
      .sort((a, b) => a.timeMs - b.timeMs || a.id.high - b.id.high || a.id.low - b.id.low)
      .slice(-this.#parameters.idCap)
      .map(({ timeMs }) => timeMs);
  }

  #kept(all: readonly PastRow[]): KeptRows {
    const keptMs = LOG_MS[this.#kind];
    const young = all
      .filter(({ timeMs }) => keptMs > 0 && timeMs > this.newestMs - keptMs)
      .sort((a, b) => a.timeMs - b.timeMs || a.order - b.order);
    const logged = young.slice(-this.#parameters.logCap);
    const others = all.filter((row) => !logged.includes(row));
    const pushedOut = young.slice(0, young.length - logged.length);
    return { all, logged, others, truncatedMs: Math.max(...pushedOut.map(({ timeMs }) => timeMs)) };
  }
}

function rowsOf(changes: readonly EntityChange[]): PastRow[] {
  const said = Map.groupBy(
    changes.flatMap((change) => (change.type === 'amendment' ? [change] : [])),
    ({ target }) => nameOf(target),
  );
  return changes.flatMap((change) => {
    if (change.type !== 'transaction') return [];
    const { identity, eventTimeMs, amountMinor, currency, account, entities } = change;
    const amendments = said.get(nameOf(identity)) ?? [];
    const money = amendments.findLast(({ kind }) => kind !== 'fraud' && kind !== 'genuine')?.effect;
    const left = money === undefined ? amountMinor : money.amountMinor - money.removedMinor;
    return {
      timeMs: eventTimeMs,
      order: identity.low,
      left,
      currency,
      isTakenBack: money !== undefined && left === 0,
      label: amendments.findLast(({ kind }) => kind === 'fraud' || kind === 'genuine')?.effect.labelAfter ?? null,
      account,
      card: entities.card,
    };
  });
}

function nameOf({ high, low }: Hash64): string {
  return `${high}/${low}`;
}

function isSame(a: Hash64 | null, b: Hash64): boolean {
  return a !== null && a.high === b.high && a.low === b.low;
}

function keysOf(change: EntityChange): Readonly<Record<EntityKind, Hash64 | null>> {
  return change.type === 'transaction' ? change.entities : change.effect.entities;
}

function timeOf(change: EntityChange): number {
  return change.type === 'transaction' ? change.eventTimeMs : change.effect.eventTimeMs;
}
