import { PROTOCOL_VERSION } from './log/log-record.ts';

const OPEN_HOME = /^[0-9a-f]+:[0-9a-f]+:(\d+):(\d+)$/;

/** What the store's `home` says about a partition. `newer`: opened by a newer protocol than this process knows. */
export type HomeState = 'open' | 'closed' | 'newer';

/** Reads `<run_id>:<master_replid>:<protocol version>:<epoch>`; anything else, and no value, is closed. */
export function homeState(home: string | null): HomeState {
  const match = home === null ? null : OPEN_HOME.exec(home);
  if (match === null) return 'closed';
  const version = Number(match[1]);
  if (version > PROTOCOL_VERSION) return 'newer';
  return version === PROTOCOL_VERSION ? 'open' : 'closed';
}

/** The epoch under which an open home was opened; null when it is not open. */
export function homeEpoch(home: string | null): number | null {
  const match = home === null ? null : OPEN_HOME.exec(home);
  return match === null ? null : Number(match[2]);
}
