import type { EncodedEvent, LogEvent } from '../event.ts';

/** Turns events into the bytes of the log and back; `decode(encode(event))` equals `event`. */
export interface EventCodec {
  encode(event: LogEvent): EncodedEvent;
  /** Throws `InvalidMessage` for bytes that are no event of this major version. */
  decode(record: {
    key: Uint8Array | null;
    value: Uint8Array | null;
    headers: Readonly<Record<string, string>>;
  }): LogEvent;
}
