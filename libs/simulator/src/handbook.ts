import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { SimulatedEvent } from './wire-transaction.ts';
import { LABEL_DELAY_MS } from './world.ts';

const HEADER = 'transaction_id,event_time_s,customer_id,terminal_id,amount,fraud,fraud_scenario';
const ROW = /^(\d{1,12}),(\d{1,11}),(\d{1,12}),(\d{1,12}),(\d{1,10})(?:\.(\d{1,2}))?,([01]),(\d{1,2})$/;

/** A row of the Fraud Detection Handbook's file (Le Borgne et al., ULB 2022) as our event. Throws on anything else. */
export function handbookEvent(row: string): SimulatedEvent {
  const match = ROW.exec(row);
  if (match === null) throw new Error(`not a row of the Handbook's transactions: ${JSON.stringify(row.slice(0, 120))}`);
  const [, transactionId, timeSeconds, customerId, terminalId, units, cents = '', fraud, scenario] =
    match as unknown as string[];
  const eventTimeMs = Number(timeSeconds) * 1_000;
  const reportedAtMs = eventTimeMs + LABEL_DELAY_MS;
  return {
    eventTimeMs,
    transaction: {
      transaction_id: transactionId as string,
      account_id: `c${customerId}`,
      occurred_at: new Date(eventTimeMs).toISOString(),
      // From the digits, not from a fraction: 57.16 * 100 is no integer.
      amount_minor: Number(units) * 100 + Number(cents.padEnd(2, '0')),
      currency: 'EUR',
      event_type: 'authorization',
      terminal_id: `t${terminalId}`,
    },
    label:
      fraud === '1' ? { fraud: true, scenario: `handbook_${scenario}`, reportedAtMs } : { fraud: false, reportedAtMs },
  };
}

/** The events of the gzipped CSV file at `path`, in the file's order, in constant memory. Rejects when the file is missing, damaged or another. */
export async function* readHandbook(path: string): AsyncGenerator<SimulatedEvent, void, undefined> {
  const file = createReadStream(path);
  const unzipped = file.pipe(createGunzip());
  file.on('error', (error) => unzipped.destroy(error));
  unzipped.setEncoding('latin1');
  let rest = '';
  let header: string | undefined;
  try {
    for await (const chunk of unzipped) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const row = line.endsWith('\r') ? line.slice(0, -1) : line;
        if (header !== undefined) yield handbookEvent(row);
        else if (row === HEADER) header = row;
        else throw new Error(`not the Handbook's transactions: the first line is ${JSON.stringify(row.slice(0, 120))}`);
      }
    }
    if (rest !== '') yield handbookEvent(rest);
  } finally {
    file.destroy();
  }
}
