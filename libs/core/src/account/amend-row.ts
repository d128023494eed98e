import { assert } from '../faults.ts';
import type { AccountState } from './account-state.ts';
import { isLabel, takesAmount } from './amendment-table.ts';
import type { Amendment, AmendmentEffect } from './amendment.ts';
import type { EventColumns } from './event-columns.ts';
import { currencyOf, entityKeysAt, PARTY } from './surroundings.ts';
import { KEY_WORDS, type KeyTable } from './key-table.ts';
import { isOtherCurrency, labelOf, withLabel, withoutAmount } from './verdict.ts';

/** Where a row of an account stands. */
export interface AmendedLog {
  readonly events: EventColumns;
  readonly parties: KeyTable;
  readonly instruments: KeyTable;
  /** The account's. */
  readonly currency: AccountState['currency'];
}

/**
 * Changes a row of columns that no state has yet, and says what became of it. A label becomes the row's unless it is older than another one
 * (`isNewestLabel` false). An amount never falls below 0; a row with nothing left has no amount any more. `approved` and `challenged` change nothing.
 */
export function amendRow(
  { events, parties, instruments, currency }: AmendedLog,
  row: number,
  { amendment, isNewestLabel }: { readonly amendment: Amendment; readonly isNewestLabel: boolean },
): AmendmentEffect {
  const { kind, amountMinor } = amendment;
  assert(amountMinor >= 0, 'an amendment takes no less than nothing');
  const before = events.verdicts[row]!;
  const leftMinor = events.amountsMinor[row]!;
  const removedMinor = takesAmount(kind) ? Math.min(amountMinor, leftMinor) : 0;
  const labelBefore = labelOf(before);
  const labelAfter = isLabel(kind) && isNewestLabel ? kind : labelBefore;
  const labelled = withLabel(before, labelAfter);
  events.verdicts[row] = takesAmount(kind) && removedMinor === leftMinor ? withoutAmount(labelled) : labelled;
  events.amountsMinor[row] = leftMinor - removedMinor;

  const party = KEY_WORDS * events.parties[row]!;
  const instrument = { words: instruments.words, at: KEY_WORDS * events.instruments[row]! };
  return {
    eventTimeMs: events.timesMs[row]!,
    amountMinor: leftMinor,
    currency: isOtherCurrency(before) ? currencyOf(parties.words[party + PARTY.currency]!) : currency,
    removedMinor,
    entities: entityKeysAt(parties.words, party, instrument),
    labelBefore,
    labelAfter,
  };
}
