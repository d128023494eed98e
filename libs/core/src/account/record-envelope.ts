import { assert, TransientFault } from '../faults.ts';

/** The bytes are no record: nobody may overwrite them or take the account for a fresh one. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
}

/** What the first 8 bytes of every record say: byte 0 kind, 1 format version, 2-3 free for the format, 4-7 checksum of all the rest. */
const ENVELOPE_BYTES = 8;

/** A kind of record and the newest format of it that this build reads. */
export interface RecordKind {
  readonly name: string;
  readonly kind: number;
  readonly newestVersion: number;
}

assert(new Uint8Array(new Uint32Array([1]).buffer)[0] === 1, 'records are written by machines of little-endian order');

/** Completes a record whose bytes 2, 3 and from 8 on are written. Its length is a multiple of 4. */
export function sealRecord(record: Uint8Array<ArrayBuffer>, { kind, newestVersion }: RecordKind): Uint8Array {
  record[0] = kind;
  record[1] = newestVersion;
  const view = viewOf(record);
  view.setUint32(4, checksum(view), true);
  return record;
}

/**
 * A view of a record after its kind, checksum and version were checked; the bytes can lie anywhere in their buffer.
 * Throws `CorruptRecord`, or `TransientFault` `newer_format` for a sound record of a format that this build does not know. The first 8 bytes
 * mean the same in every format, so that damage is never taken for news.
 */
export function openRecord(bytes: Uint8Array, { name, kind, newestVersion }: RecordKind): DataView {
  if (bytes.length < ENVELOPE_BYTES || bytes.length % 4 !== 0 || bytes[0] !== kind) {
    throw new CorruptRecord(`${bytes.length} bytes are no ${name}`);
  }
  const view = viewOf(bytes);
  if (view.getUint32(4, true) !== checksum(view)) throw new CorruptRecord(`the checksum of a ${name} is wrong`);
  const version = bytes[1]!;
  if (version > newestVersion) throw new TransientFault('newer_format', `format ${version} of a ${name}`);
  if (version === 0) throw new CorruptRecord(`format 0 of a ${name}`);
  return view;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** MurmurHash3, 32 bits, of all words but the second, which holds it. Finds damage; it is no defence against forgery. */
function checksum(view: DataView): number {
  const { byteLength } = view;
  let hash = mix(byteLength, view.getInt32(0, true));
  for (let at = 8; at < byteLength; at += 4) hash = mix(hash, view.getInt32(at, true));
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
