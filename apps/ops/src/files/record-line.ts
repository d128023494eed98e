/** A record of the input topic. */
export interface FileRecord {
  readonly key: string | null;
  readonly value: Uint8Array | null;
}

const RAW_PREFIX = '{"raw_record":';
const ACCOUNT_ID = '"account_id":"';

/**
 * A record as a line of a file, without its end. An ordinary transaction is its own JSON; what is no line of text, or has another key than its account,
 * is wrapped: `{"raw_record":{"key":…,"value":"<base64>"}}`. Texts are bytes read as Latin-1, so that every byte survives.
 */
export function toLine({ key, value }: FileRecord): string {
  if (value !== null && value.length > 0) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
    const isLine = !text.includes('\n') && !text.includes('\r') && !text.startsWith(RAW_PREFIX);
    if (isLine && accountIdOf(text) === key) return text;
  }
  const base64 = value === null ? null : Buffer.from(value).toString('base64');
  return `${RAW_PREFIX}${JSON.stringify({ key, value: base64 })}}`;
}

/** The record in a line; a wrapper that cannot be read is taken as it is. */
export function fromLine(line: string): FileRecord {
  return rawRecordOf(line) ?? { key: accountIdOf(line), value: Buffer.from(line, 'latin1') };
}

/** The value of the record in a line, for who needs no key. */
export function valueIn(line: string): Uint8Array | null {
  const raw = rawRecordOf(line);
  return raw === null ? Buffer.from(line, 'latin1') : raw.value;
}

/** The record in a wrapper; null for any other line. */
function rawRecordOf(line: string): FileRecord | null {
  if (!line.startsWith(RAW_PREFIX)) return null;
  try {
    const { key, value } = (JSON.parse(line) as { raw_record: { key: unknown; value: unknown } }).raw_record;
    const isRecord = (key === null || typeof key === 'string') && (value === null || typeof value === 'string');
    return isRecord ? { key, value: value === null ? null : Buffer.from(value, 'base64') } : null;
  } catch {
    return null;
  }
}

/** The `account_id` in a transaction's JSON; null when there is none. Found without parsing where the JSON is compact, as it nearly always is. */
export function accountIdOf(text: string): string | null {
  const at = text.indexOf(ACCOUNT_ID);
  if (at !== -1) {
    const from = at + ACCOUNT_ID.length;
    const id = text.slice(from, text.indexOf('"', from));
    if (isId(id)) return id;
  }
  try {
    const id = (JSON.parse(text) as { account_id?: unknown } | null)?.account_id;
    return isId(id) ? id : null;
  } catch {
    return null;
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(value);
}
