import { InvalidMessage, TransientFault } from '#libs/core';
import { SCHEMA_VERSION } from '../dto/event-dto.ts';
import { compileValidator, type Validator } from '../schema.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one kind of our own JSON values; compiled on first use. Fields that the class does not name are left alone: a newer release wrote them. */
export function valueReader<T extends { readonly schema: number }>(
  dto: abstract new () => T,
): (bytes: Uint8Array) => T {
  let accepts: Validator<T> | undefined;
  return (bytes) => {
    accepts ??= compileValidator(dto, { unknownFields: 'ignore', refuseCardNumbers: false, allErrors: false });
    const value = parse(bytes);
    const schema: unknown = (value as { schema?: unknown } | null)?.schema;
    if (typeof schema === 'number' && schema > SCHEMA_VERSION) {
      throw new TransientFault(
        'newer_format',
        `Schema ${schema} was written by a newer release; this one reads ${SCHEMA_VERSION}.`,
      );
    }
    if (!accepts(value)) {
      const [error] = accepts.errors ?? [];
      const field = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
      throw new InvalidMessage('not_an_event', `No value of ${dto.name}: ${field} ${error?.message ?? ''}`, field);
    }
    return value;
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    throw new InvalidMessage('not_an_event', 'The value is not JSON.');
  }
}
