import { isLabel } from '../account/amendment-table.ts';
import type { EncodedEvent, InputPosition, LogEvent } from '../event.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { Batch, BatchItem } from './batch.ts';
import type { PlannedItem } from './plan-batch.ts';
import type { ScoringRules } from './scoring-rules.ts';

/** What events are made with. */
interface EventContext {
  readonly codec: EventCodec;
  readonly rules: Pick<ScoringRules, 'reducer'>;
  readonly nowMs: number;
}

/** The batch's events in input order, and for the item at index i how far before the batch's last event its own is; -1 when it has none. */
export function encodePlanned(
  batch: Batch,
  planned: readonly PlannedItem[],
  context: EventContext,
): { encoded: EncodedEvent[]; ranks: Int32Array } {
  const made: { index: number; make: EventMaker }[] = [];
  planned.forEach((item, index) => {
    const make = eventMaker(item, batch.items[index] as BatchItem, context);
    if (make !== null) made.push({ index, make });
  });
  const ranks = new Int32Array(planned.length).fill(-1);
  const encoded = made.map(({ index, make }, i) => {
    const isLast = i === made.length - 1;
    ranks[index] = made.length - 1 - i;
    return context.codec.encode(make(inputPosition(batch, index, isLast)));
  });
  return { encoded, ranks };
}

type EventMaker = (input: InputPosition | null) => LogEvent;

function inputPosition({ input, items }: Batch, index: number, isLast: boolean): InputPosition | null {
  if (input === null) return null;
  const item = items[index];
  return { topic: input.topic, next: isLast ? input.to : (item?.original?.offset ?? input.from - 1) + 1 };
}

/** null when the item takes no place in the log. Refusals over HTTP are answered and not recorded. */
function eventMaker(planned: PlannedItem, item: BatchItem, context: EventContext): EventMaker | null {
  const { nowMs, rules } = context;
  const { reducer } = rules;
  if (planned.kind === 'decided') {
    const { decision, amended, expired } = planned;
    return (input) => ({ type: 'decision.made', decision, amended, expired, input, reducer });
  }
  if (planned.kind === 'recorded') {
    const { what, effect, amended, expired } = planned;
    if (item.kind === 'label') {
      const { label } = item;
      const type = isLabel(label.label) ? 'label.recorded' : 'outcome.recorded';
      return (input) => ({ type, label, effect, expired, input, reducer, recordedAtMs: nowMs });
    }
    if (item.kind !== 'transaction' || what === 'label') return null;
    const recorded = { transaction: item.transaction, cause: what, effect, amended, expired, reducer };
    return (input) => ({ type: 'transaction.recorded', ...recorded, input, recordedAtMs: nowMs });
  }
  const { original } = item.kind === 'forwarded' ? { original: null } : item;
  const refusal = original === null ? null : refusalOf(planned, item);
  if (original === null || refusal === null) return null;
  return (input) => ({
    type: 'transaction.rejected',
    ...refusal,
    original,
    rejectedAtMs: nowMs,
    input: input ?? { topic: original.topic, next: original.offset + 1 },
  });
}

type Refusal = Pick<Extract<BatchItem, { kind: 'invalid' }>, 'reason' | 'field' | 'detail'>;
type RefusedItem = Exclude<PlannedItem, { kind: 'decided' | 'recorded' }>;

function refusalOf(planned: RefusedItem, item: BatchItem): Refusal | null {
  const timeField = item.kind === 'label' ? 'reported_at' : 'occurred_at';
  switch (planned.kind) {
    case 'invalid':
      return item.kind === 'invalid' ? { reason: item.reason, field: item.field, detail: item.detail } : null;
    case 'conflict':
      return {
        reason: 'identity_conflict',
        field: null,
        detail: 'A transaction of this identity was decided with other content',
      };
    case 'too_late':
      return { reason: 'too_late', field: timeField, detail: 'Older than the account may still accept' };
    case 'from_the_future':
      return { reason: 'from_the_future', field: timeField, detail: 'Further ahead of the clock than is allowed' };
    case 'duplicate':
    case 'forwarded':
    case 'skipped':
      return null;
  }
}
