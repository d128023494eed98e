import type { RelayLimits } from '#libs/core';

const RELAY: Omit<RelayLimits, 'lingerMs' | 'openAgeMs'> = {
  pollMs: 200,
  maxSendBytes: 1024 * 1024,
  maxEntries: 64,
  trimIntervalMs: 20,
  keepEvents: 2_000,
};

/**
 * The bounds of every relay. Claims name the OPEN of their epoch: were that deleted, nobody could verify one, so a partition is opened anew in a quarter of
 * the time for which the log is kept, if not sooner.
 */
export function relayLimits(
  configured: Pick<RelayLimits, 'lingerMs' | 'openAgeMs'>,
  logRetentionMs: number,
): RelayLimits {
  return { ...RELAY, ...configured, openAgeMs: Math.min(configured.openAgeMs, logRetentionMs / 4) };
}
