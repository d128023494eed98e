import { assert, type EncodedEvent, EXPIRED_HEADER, type EventCodec, type LogEvent } from '#libs/core';

/**
 * A codec that keeps events and writes their numbers, under the keys and headers that the real one gives: what is simulated is where records go, not what
 * their values look like.
 */
export class HeldEvents implements EventCodec {
  readonly #events: LogEvent[] = [];

  encode(event: LogEvent): EncodedEvent {
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, this.#events.push(event) - 1);
    const expired = event.type === 'transaction.rejected' ? 0 : event.expired.length;
    return {
      key: keyOf(event),
      value,
      headers: { ce_type: event.type, ...(expired === 0 ? {} : { [EXPIRED_HEADER]: String(expired) }) },
    };
  }

  decode({ value }: Parameters<EventCodec['decode']>[0]): LogEvent {
    assert(value !== null, 'an event has a value');
    const event = this.#events[new DataView(value.buffer, value.byteOffset).getUint32(0)];
    assert(event !== undefined, 'an event that was encoded');
    return event;
  }
}

function keyOf(event: LogEvent): Uint8Array | null {
  switch (event.type) {
    case 'transaction.rejected':
      return event.original.key;
    case 'decision.made':
      return Buffer.from(event.decision.transaction.accountId);
    case 'transaction.recorded':
      return Buffer.from(event.transaction.accountId);
    case 'label.recorded':
    case 'outcome.recorded':
      return Buffer.from(event.label.accountId);
  }
}
