const TWO_TO_32 = 0x1_0000_0000;

/** Reads Kafka's primitive types from a buffer, one after the other. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  skip(count: number): void {
    this.#at += count;
  }

  int8(): number {
    this.#at += 1;
    return this.#bytes.readInt8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  /** Exact for every offset and time stamp that a partition can hold: |value| <= 2^53. */
  int64(): number {
    const high = this.int32();
    return high * TWO_TO_32 + this.uint32();
  }

  /** Zigzag, at most 32 bits: lengths and offset deltas. */
  varint(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || shift > 28) throw new RangeError('A varint ends beyond its buffer or its 5 bytes');
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
      shift += 7;
    }
  }

  /** Zigzag, up to 64 bits: time stamp deltas. Exact up to 2^53. */
  varlong(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('A varlong ends beyond its buffer');
      value += (byte & 127) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw new RangeError('A varlong has more than 10 bytes');
  }

  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new RangeError(`${length} bytes are not there to be read`);
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  /** Bytes behind a varint length; null for -1. */
  varBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.bytes(length);
  }

  /** Text behind a varint length; null for -1. */
  varText(): string | null {
    const length = this.varint();
    if (length < 0) return null;
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`${length} bytes are not there to be read`);
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }

  /** Text behind a 16-bit length; null for -1. */
  text(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.bytes(length).toString('utf8');
  }
}
