import { describe, expect, it } from 'vitest';
import { createEventCodec } from '#libs/contracts';
import { InMemoryLog, MemoryDeadLetters } from '#libs/testkit';
import type { ExpiredAmendment } from '../account/amendment.ts';
import type { LabelRecorded } from '../event.ts';
import { LogFollower } from '../log/log-follower.ts';
import { eventRecord, openRecord, PROTOCOL_VERSION } from '../log/log-record.ts';
import { StopSignal } from '../stop-signal.ts';
import { DeadLetterCopier } from './dead-letter-copier.ts';
import type { OwnerPorts } from './owner-ports.ts';

const codec = createEventCodec();
const REDUCER = { version: 1, allowedLatenessMs: 86_400_000, logCap: 512 };

function labelOf(transactionId: string): LabelRecorded['label'] {
  const parts = {
    account_id: 'a',
    transaction_id: transactionId,
    event_type: 'authorization',
    label: 'fraud',
    source: 's',
    reported_at: '2026-01-01T00:00:00.000Z',
  };
  return {
    accountId: 'a',
    transactionId,
    eventType: 'authorization',
    label: 'fraud',
    source: 's',
    reportedAtMs: Date.UTC(2026, 0, 1),
    canonicalJson: JSON.stringify(parts),
  };
}

function expiredAt(seq: number): ExpiredAmendment {
  const nothing = { high: 0, low: 1 };
  return { kind: 'fraud', identity: nothing, content: 1, timeMs: 1, target: nothing, amountMinor: 0, seq };
}

/** A log of labels that waited for their transaction; the last event ends the wait of those of seq 1 and 2. */
function logOfLabels(): { log: InMemoryLog; ports: OwnerPorts; letters: MemoryDeadLetters } {
  const log = new InMemoryLog({ partitions: 1 });
  log.write(0, [
    openRecord({ epoch: 1, base: 0, nonce: 'n', protocolVersion: PROTOCOL_VERSION, table: [], claim: null }),
  ]);
  const follower = new LogFollower();
  ['t1', 't2', 't3'].forEach((id, i) => {
    const expired = id === 't3' ? [expiredAt(1), expiredAt(2)] : [];
    const event: LabelRecorded = {
      type: 'label.recorded',
      label: labelOf(id),
      effect: null,
      expired,
      input: null,
      reducer: REDUCER,
      recordedAtMs: 0,
    };
    for (const record of log.records(0).slice(-1)) follower.accept(record);
    log.write(0, [eventRecord(codec.encode(event), { epoch: 1, seq: i + 1 }, follower.claim)]);
  });
  const letters = new MemoryDeadLetters();
  return { log, letters, ports: { log, codec, deadLetters: letters } as unknown as OwnerPorts };
}

describe('the dead letters of what waited in vain', () => {
  it('are the labels themselves, as they lie in the log', async () => {
    const { log, ports, letters } = logOfLabels();
    const copier = new DeadLetterCopier(0, 0, ports);
    await copier.catchUp(3, new StopSignal());
    expect(letters.copied.map(({ reason, field, original }) => [reason, field, original.offset])).toEqual([
      ['unknown_transaction', 'transaction_id', 1],
      ['unknown_transaction', 'transaction_id', 2],
    ]);
    const [first] = letters.copied;
    expect(first?.original).toMatchObject({ topic: log.topic, partition: 0 });
    expect(Buffer.from(first?.original.value ?? []).toString()).toBe(labelOf('t1').canonicalJson);
    expect(Buffer.from(first?.original.key ?? []).toString()).toBe('a');
    expect(copier.upToSeq).toBe(3);
  });

  it('are copied again after a copy that failed, and not after one that did not', async () => {
    const { log, ports, letters } = logOfLabels();
    const failing = { ...ports, deadLetters: { copy: () => Promise.reject(new Error('away')) } };
    const copier = new DeadLetterCopier(0, 0, failing);
    await expect(copier.catchUp(3, new StopSignal())).rejects.toThrow('away');
    const again = new DeadLetterCopier(0, copier.upToSeq, ports);
    await again.catchUp(3, new StopSignal());
    for (const record of log.records(0)) again.see(3, record);
    await again.flush(3);
    expect(letters.copied).toHaveLength(2);
  });

  it('are left out where the log no longer has them', async () => {
    const { log, ports, letters } = logOfLabels();
    const copier = new DeadLetterCopier(0, 2, ports);
    for (const record of log.records(0)) copier.see(3, record);
    log.trim(0, 2);
    await copier.flush(3);
    expect(letters.copied.map(({ original }) => original.offset)).toEqual([]);
    expect(copier.upToSeq).toBe(3);
  });
});
