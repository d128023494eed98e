import { type AccountInput, type AccountReading, describeAccount } from '#libs/core';
import type { AccountFeatureDto, AccountFeaturesDto } from './dto/account-features-dto.ts';
import { toWireForm } from './wire-form.ts';
import { formatWireTime } from './wire-time.ts';

/** What is known of an account, as plain data in wire names; with `withState` all that is kept of it too. */
export function toAccountFeaturesBody(
  accountId: string,
  { atMs, version, state, inputs, logTruncated, partitionFloorMs }: AccountReading,
  { withState }: { readonly withState: boolean },
): AccountFeaturesDto {
  const described = describeAccount(state);
  const { currency, firstSeenMs, watermarkMs, floorMs, events, amendments } = described;
  return {
    account_id: accountId,
    at: formatWireTime(atMs),
    version,
    currency,
    first_seen: timeOrNull(firstSeenMs),
    watermark: timeOrNull(watermarkMs),
    floor: timeOrNull(floorMs),
    log_truncated: logTruncated,
    history_incomplete_until: timeOrNull(partitionFloorMs),
    events: events.length,
    amendments_waiting: amendments.filter(({ fate }) => fate === 'pending').length,
    features: toAccountFeatures(inputs),
    ...(withState ? { state: toWireForm(described) as object } : {}),
  };
}

/** An account's inputs, as plain data in wire names. */
export function toAccountFeatures(inputs: readonly AccountInput[]): AccountFeatureDto[] {
  return inputs.map(({ feature, value, asksTransaction, support }) => ({
    number: feature.catalogue,
    name: feature.name,
    unit: feature.unit,
    window_s: secondsOrNull(feature.windowMs),
    value: value === null ? null : shortestFloat32(value),
    asks_transaction: asksTransaction,
    support:
      support === null
        ? null
        : { events: support.events, covered_s: secondsOrNull(support.coveredMs), exact: support.exact },
  }));
}

/** The number of fewest digits that is this float32: 0.1 and not 0.10000000149. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

function timeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : formatWireTime(timeMs);
}

function secondsOrNull(lengthMs: number | null): number | null {
  return lengthMs === null ? null : lengthMs / 1000;
}
