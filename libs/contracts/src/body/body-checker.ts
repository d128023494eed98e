import type { DtoClass } from '../dto/wire-decorators.ts';
import type { FieldFault } from '../field-fault.ts';
import { compileValidator } from '../schema.ts';
import { fieldFaults } from './field-faults.ts';

/** A body of more parts (a full transaction has 45) gets its first fault only: to find all in 16 KiB of nonsense takes milliseconds. */
const MAX_EXPLAINED_PARTS = 100;

/** How strict a door is. */
export interface BodyRules {
  /** HTTP refuses a field that it does not know, Kafka ignores and counts it: a newer producer must not stop an older consumer. */
  readonly unknownFields: 'refuse' | 'ignore';
  /** Refuse ids that contain a card number. Off only where numeric ids look like card numbers and none can come. */
  readonly refuseCardNumbers: boolean;
}

/** Compiles the check of one kind of body: no faults, or all that are worth listing, at least one. Takes some 20 ms. */
export function createBodyChecker<T extends object>(
  dto: DtoClass & (abstract new () => T),
  rules: BodyRules,
): { accepts(value: object): value is T; faults(value: object): FieldFault[] } {
  const isValid = compileValidator<T>(dto, { ...rules, allErrors: false });
  const explain = compileValidator<T>(dto, { ...rules, allErrors: true });
  return {
    accepts: (value): value is T => isValid(value),
    faults: (value) => {
      const isSmall = countParts(value, MAX_EXPLAINED_PARTS) <= MAX_EXPLAINED_PARTS;
      const check = isSmall ? explain : isValid;
      return check(value) ? [] : fieldFaults(check.errors ?? []);
    },
  };
}

/** Objects, arrays and values within `value`, itself not counted; stops soon after `limit`. */
function countParts(value: object, limit: number): number {
  let count = 0;
  for (const part of Object.values(value) as unknown[]) {
    count += 1;
    if (typeof part === 'object' && part !== null) count += countParts(part, limit - count);
    if (count > limit) break;
  }
  return count;
}
