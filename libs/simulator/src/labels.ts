import { type Random, Streams } from './random.ts';
import { TimeQueue } from './time-queue.ts';
import type { SimulatedEvent, WireLabel } from './wire-transaction.ts';
import { LABEL_DELAY_MS, LATEST_REPORT_MS } from './world.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** What becomes known in the order of time: payments when they happen, and what somebody finds out about them later. */
export type Known =
  | { readonly kind: 'transaction'; readonly atMs: number; readonly event: SimulatedEvent }
  | { readonly kind: 'label'; readonly atMs: number; readonly label: WireLabel };

/** Shares of the payments that are treated so, 0 to 1. */
export interface LabelOptions {
  readonly seed: number;
  /** Genuine payments that a bank hears of: the holder was asked, or an analyst looked. Of the others nothing is ever said. Default 0.08. */
  readonly confirmed?: number;
  /** Genuine payments that their holder first takes for fraud. Default 0.0006. */
  readonly falseAlarms?: number;
  /** Frauds that were first confirmed as genuine: the holder still believed in them, or the thief answered. Default 0.06. */
  readonly misjudged?: number;
}

/**
 * `events`, which are in time order, merged with what is said of them, in the order of `reported_at`; a payment comes before a label of the same
 * millisecond. Pure. The last label of a payment is the truth; frauds have one or two, genuine payments none, one or two. Ends with the labels that are
 * reported after the last event. Holds back the labels of 45 days at most, whose number follows that of the accounts and not the length.
 */
export function* withLabels(
  events: Iterable<SimulatedEvent>,
  options: LabelOptions,
): Generator<Known, void, undefined> {
  const random = new Streams(options.seed, 'labels').at(0);
  const waiting = new TimeQueue<WireLabel>();
  for (const event of events) {
    const atMs = event.eventTimeMs;
    yield* takeDue(waiting, atMs - 1);
    yield { kind: 'transaction', atMs, event };
    const said = event.label.fraud ? saidOfFraud(event, random, options) : saidOfGenuine(event, random, options);
    for (const [reportedAtMs, label, source] of said)
      waiting.push(reportedAtMs, labelOf(event, { label, source, reportedAtMs }));
  }
  yield* takeDue(waiting, Infinity);
}

/** A label in the names and the order of the wire. */
export function labelOf(
  { transaction }: SimulatedEvent,
  { label, source, reportedAtMs }: { label: WireLabel['label']; source: string; reportedAtMs: number },
): WireLabel {
  return {
    account_id: transaction.account_id,
    transaction_id: transaction.transaction_id,
    event_type: transaction.event_type,
    label,
    source,
    reported_at: new Date(reportedAtMs).toISOString(),
  };
}

type Said = readonly [reportedAtMs: number, label: WireLabel['label'], source: string];

/** When the truth came late, it comes as a chargeback. */
function saidOfFraud(
  { eventTimeMs, label }: SimulatedEvent,
  random: Random,
  { misjudged = 0.06 }: LabelOptions,
): Said[] {
  const { reportedAtMs } = label;
  const early = reportedAtMs - eventTimeMs < DAY_MS;
  const truth: Said = [reportedAtMs, 'fraud', early ? random.pick(['customer', 'customer', 'analyst']) : 'chargeback'];
  if (!random.chance(misjudged)) return [truth];
  const believedMs = eventTimeMs + Math.floor(random.logNormal(2 * HOUR_MS, 1));
  return believedMs < reportedAtMs ? [[believedMs, 'genuine', 'customer'], truth] : [truth];
}

function saidOfGenuine(
  { eventTimeMs }: SimulatedEvent,
  random: Random,
  { confirmed = 0.08, falseAlarms = 0.0006 }: LabelOptions,
): Said[] {
  const fate = random.uniform();
  if (fate < falseAlarms) {
    const allegedMs = Math.floor(Math.min(random.logNormal(3 * DAY_MS, 1), LATEST_REPORT_MS / 2));
    const clearedMs = allegedMs + 1 + Math.floor(Math.min(random.logNormal(9 * DAY_MS, 0.7), LATEST_REPORT_MS / 2));
    return [
      [eventTimeMs + allegedMs, 'fraud', 'customer'],
      [eventTimeMs + clearedMs, 'genuine', 'analyst'],
    ];
  }
  if (fate >= falseAlarms + confirmed) return [];
  const askedMs = Math.floor(Math.min(random.logNormal(15 * HOUR_MS, 1.2), LABEL_DELAY_MS));
  return [[eventTimeMs + askedMs, 'genuine', random.chance(0.7) ? 'customer' : 'analyst']];
}

function* takeDue(waiting: TimeQueue<WireLabel>, untilMs: number): Generator<Known, void, undefined> {
  for (let label = waiting.takeDue(untilMs); label !== undefined; label = waiting.takeDue(untilMs))
    yield { kind: 'label', atMs: Date.parse(label.reported_at), label };
}
