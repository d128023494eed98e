import * as fc from 'fast-check';
import { InMemoryLog } from '#libs/testkit';
import { withEpoch } from './epoch-table.ts';
import { LogFollower } from './log-follower.ts';
import { eventRecord, openRecord, PROTOCOL_VERSION } from './log-record.ts';

/** An event whose content does not matter. */
export const event = { key: null, value: new Uint8Array([1]), headers: {} };

/** What may be appended next, seen from a writer that stands at the true tail or somewhere behind it. */
export const step = fc.record({
  kind: fc.constantFrom('event', 'event', 'event', 'event', 'open'),
  staleBy: fc.constantFrom(0, 0, 0, 0, 1, 2),
  offBy: fc.constantFrom(0, 0, 0, 0, 1, -1),
});

/** A log in which zombies, losers of OPENs, gaps and repetitions write beside the owners; every record of an honest writer has a true claim. */
export async function writeLog(
  log: InMemoryLog,
  steps: readonly { kind: string; staleBy: number; offBy: number }[],
): Promise<LogFollower> {
  const truth = new LogFollower();
  const past: { epoch: number; seq: number }[] = [];
  for (const { kind, staleBy, offBy } of steps) {
    const from = past.at(-1 - staleBy) ?? truth.position;
    const { claim, lastOpen } = truth;
    const isOpen = kind === 'open' || lastOpen === null;
    const table = withEpoch(lastOpen?.table ?? [], { epoch: from.epoch + 1, base: from.seq });
    const record = isOpen
      ? openRecord({
          epoch: from.epoch + 1,
          base: Math.max(0, from.seq + offBy),
          nonce: `${past.length}`,
          protocolVersion: PROTOCOL_VERSION,
          table,
          claim,
        })
      : eventRecord(event, { epoch: from.epoch, seq: Math.max(0, from.seq + 1 + offBy) }, claim);
    log.write(0, [record]);
    for (const written of log.records(0).slice(-1)) truth.accept(written);
    past.push(truth.position);
  }
  return truth;
}
