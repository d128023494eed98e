import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearlyValid } from '../../test/mutations.ts';
import { validTransaction } from '../../test/transactions.ts';
import { TransactionDto } from '../dto/transaction-dto.ts';
import { compileValidator } from '../schema.ts';
import type { BodyRules } from '../body/body-checker.ts';

/** Per variant. Run with 50,000 after a change of the contract. */
const RUNS = 500;

const VARIANTS: BodyRules[] = [
  { unknownFields: 'refuse', refuseCardNumbers: true },
  { unknownFields: 'refuse', refuseCardNumbers: false },
  { unknownFields: 'ignore', refuseCardNumbers: true },
  { unknownFields: 'ignore', refuseCardNumbers: false },
];

/** The slow path: what a ValidationPipe does with the same classes. */
function decoratorsAccept(value: object, options: BodyRules): boolean {
  const refuses = options.unknownFields === 'refuse';
  if (refuses && hasInheritedName(value)) return false;
  const errors = validateSync(plainToInstance(TransactionDto, value), {
    whitelist: refuses,
    forbidNonWhitelisted: refuses,
    strictGroups: !options.refuseCardNumbers,
  });
  return errors.length === 0;
}

/**
 * class-transformer drops `__proto__` and `constructor`, and class-validator's white list takes `hasOwnProperty` for a known field. No DTO has a
 * field of such a name, so the decorated path must refuse them by itself; the compiled one does.
 */
function hasInheritedName(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const inherits = (name: string): boolean => !Array.isArray(value) && name in Object.prototype;
  return Object.entries(value).some(([name, inner]) => inherits(name) || hasInheritedName(inner));
}

describe.each(VARIANTS)(
  'unknown fields: $unknownFields, card numbers refused: $refuseCardNumbers',
  { timeout: 60_000 },
  (options) => {
    const compiled = compileValidator(TransactionDto, { ...options, allErrors: false });
    const compiledAccepts = (value: unknown): boolean => compiled(value);

    it('the compiled validator and the decorators agree on nearly valid transactions, and only look', () => {
      let accepted = 0;
      let refused = 0;
      fc.assert(
        fc.property(nearlyValid, (value) => {
          fc.pre(typeof value === 'object' && value !== null && !Array.isArray(value));
          const before = JSON.stringify(value);
          const expected = decoratorsAccept(value as object, options);
          const verdict = compiledAccepts(value);
          expect(JSON.stringify(value)).toBe(before);
          if (verdict) accepted++;
          else refused++;
          expect(verdict).toBe(expected);
        }),
        { numRuns: RUNS },
      );
      expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 10);
    });

    it('both accept every valid transaction', () => {
      fc.assert(
        fc.property(validTransaction, (value) => {
          expect(compiledAccepts(value)).toBe(true);
          expect(decoratorsAccept(value, options)).toBe(true);
        }),
        { numRuns: 100 },
      );
    });
  },
);
