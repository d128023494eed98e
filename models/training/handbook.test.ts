import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import {
  accountEventOf,
  assert,
  createHasher,
  DAY_MS,
  EntityMemory,
  FEATURE_INDEX,
  type FeatureName,
} from '#libs/core';
import { handbookEvent, type Known, labelOf, type SimulatedEvent, transactionOf } from '#libs/simulator';
import { describe, expect, test } from 'vitest';
import { type PublishedInputs, PublishedHandbook } from './published-inputs.test-support.ts';
import { APPROVING, replay } from './replay.ts';

const FILE = join(import.meta.dirname, '../../../shared/data/handbook/transactions.csv.gz');
/** Every row takes minutes. What one customer in sixteen does is a history too, of all months and with whole windows of customers. */
const IS_WHOLE = process.env['HOLDFAST_HANDBOOK'] === 'whole';
const ROWS = IS_WHOLE ? 1_754_155 : 106_933;
/** Rows after which the same customer has another one in the same second: a definition by time has that one in the window, and no live service can. */
const MOST_TIES = 20;
const PATIENCE = { timeout: IS_WHOLE ? 1_800_000 : 120_000 };

function readLines(): string[] {
  const lines = gunzipSync(readFileSync(FILE)).toString('latin1').trimEnd().split(/\r?\n/).slice(1);
  return IS_WHOLE ? lines : lines.filter((line) => Number(line.split(',')[2]) % 16 === 0);
}

/**
 * The transactions, each after the labels of those that are a week old by then: of all frauds, and of one genuine transaction in eight. The others are
 * never labelled, and have to count as genuine.
 */
function* knownOf(lines: readonly string[]): Generator<Known, void, undefined> {
  let labelled = 0;
  for (const line of lines) {
    const event = handbookEvent(line);
    for (; ; labelled++) {
      const earlier = handbookEvent(lines[labelled] as string);
      const { fraud, reportedAtMs } = earlier.label;
      if (reportedAtMs > event.eventTimeMs) break;
      if (!fraud && labelled % 8 !== 0) continue;
      const label = labelOf(earlier, { label: fraud ? 'fraud' : 'genuine', source: 'handbook', reportedAtMs });
      yield { kind: 'label', atMs: reportedAtMs, label };
    }
    yield { kind: 'transaction', atMs: event.eventTimeMs, event };
  }
}

/** What our inputs are when the published ones are these: a count without the transaction, a mean of a day as the sum without it. */
function expectedOf({ amount, cents, weekend, night, customer, terminal }: PublishedInputs) {
  const [day, week, month] = customer;
  const share = ({ count, frauds }: { count: number; frauds: number }): number => (count === 0 ? 0 : frauds / count);
  const [riskOfDay, riskOfWeek, riskOfMonth] = [share(terminal[0]), share(terminal[1]), share(terminal[2])];
  return {
    log_amount: Math.log1p(amount),
    is_weekend: Number(weekend),
    is_night: Number(night),
    acct_cnt_24h: day.count - 1,
    acct_cnt_7d: week.count - 1,
    acct_cnt_30d: month.count - 1,
    acct_sum_24h: Math.log1p((day.cents - cents) / 100),
    acct_mean_incl_7d: week.cents / week.count / 100,
    acct_mean_incl_30d: month.cents / month.count / 100,
    term_risk_delayed_1d: riskOfDay,
    term_risk_delayed_7d: riskOfWeek,
    term_risk_delayed_30d: riskOfMonth,
  } satisfies Partial<Record<FeatureName, number>>;
}

/** The published counts of a terminal are no inputs of ours but what our shares are of: read from the records of the terminals. */
class TerminalCounts {
  readonly #hasher = createHasher(new Uint8Array(16));
  readonly #memory = new EntityMemory();

  /** Transactions in (t - 7 d - W, t - 7 d], of 1, 7 and 30 days. The transaction is in the record afterwards. */
  take(event: SimulatedEvent): number[] {
    const accountEvent = accountEventOf(transactionOf(event), this.#hasher);
    const log = this.#memory.viewsOf(accountEvent.entities).terminal?.log;
    assert((log?.truncatedMs ?? -Infinity) === -Infinity, 'the record holds every transaction that is asked for');
    const times = log?.timesMs.subarray(log.first, log.end) ?? [];
    const untilMs = event.eventTimeMs - 7 * DAY_MS;
    const account = this.#hasher.text64(event.transaction.account_id);
    this.#memory.fold({ type: 'transaction', ...accountEvent, account });
    return [1, 7, 30].map((days) => times.filter((time) => time > untilMs - days * DAY_MS && time <= untilMs).length);
  }
}

describe.skipIf(!existsSync(FILE))(
  "the Handbook's published inputs (skipped where shared/data/handbook is not beside the project)",
  () => {
    test(
      'are ours on its raw data, to the last bit, but for customers with two transactions in one second',
      PATIENCE,
      async () => {
        const lines = readLines();
        const published = new PublishedHandbook(lines);
        const counts = new TerminalCounts();
        const [ties, differing, unexplained]: [number[], Set<number>, string[]] = [[], new Set(), []];
        let row = 0;
        for await (const { event, decision } of replay(knownOf(lines), APPROVING)) {
          const inputs = published.inputsOf(row);
          const differs = (name: string): void => {
            differing.add(row);
            if (!name.startsWith('acct_')) unexplained.push(`${row}: ${name}`);
          };
          for (const [name, value] of Object.entries(expectedOf(inputs))) {
            if (decision.vector[FEATURE_INDEX[name as FeatureName]] !== Math.fround(value)) differs(name);
          }
          counts.take(event).forEach((count, i) => {
            if (count !== inputs.terminal[i]?.count) differs(`terminal's count ${i}`);
          });
          if (published.isFirstOfTie(row)) ties.push(row);
          row += 1;
        }
        expect(row).toBe(ROWS);
        expect(unexplained).toEqual([]);
        expect([...differing]).toEqual(ties);
        expect(ties.length).toBeLessThanOrEqual(MOST_TIES);
      },
    );
  },
);
