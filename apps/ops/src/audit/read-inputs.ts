import { InputLedger, partitionOf, accountEventOf, type LogRecord, type StopSignal, type Watermarks } from '#libs/core';
import { type AuditSources, fingerprint } from './audit-sources.ts';
import { readRange } from './read-range.ts';

/** Reads the whole input topic, up to `marks` (by partition), into a ledger of hashes. */
export async function readInputs(
  sources: AuditSources,
  marks: readonly Watermarks[],
  { stopSignal, onProgress }: { readonly stopSignal: StopSignal; readonly onProgress: (records: number) => void },
): Promise<InputLedger> {
  const ledger = new InputLedger();
  for (const [partition, { low, high }] of marks.entries()) {
    const range = { from: low, to: high, stopSignal };
    for await (const { records } of readRange(sources.input.log, partition, range)) {
      for (const record of records) addRecord(ledger, partition, record, sources);
      onProgress(ledger.size);
    }
  }
  return ledger;
}

function addRecord(ledger: InputLedger, partition: number, record: LogRecord, sources: AuditSources): void {
  const { hasher, parser, partitions } = sources;
  const place = { partition, offset: record.offset, fingerprint: fingerprint(record) };
  const parsed = parser.parse(record.value);
  if (!parsed.ok) {
    ledger.add({ ...place, target: partition, content: parsed.reason });
    return;
  }
  const { identity, content: hash } = accountEventOf(parsed.transaction, hasher);
  const target = partitionOf(parsed.transaction.accountId, partitions);
  ledger.add({ ...place, target, content: { identity, hash } });
}
