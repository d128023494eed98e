import type { DtoClass } from '../dto/wire-decorators.ts';
import { schemasOf } from '../schema.ts';

/** Counts the fields of a value that `dto` does not name, not looking into nested ones. */
export function unknownFieldCounter(dto: DtoClass): (value: object) => number {
  const names = new Set(Object.keys((schemasOf(dto)[dto.name]?.['properties'] ?? {}) as object));
  return (value) => {
    let count = 0;
    for (const name in value) if (!names.has(name)) count++;
    return count;
  };
}
