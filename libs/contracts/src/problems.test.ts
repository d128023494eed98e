import { describe, expect, it } from 'vitest';
import type { RejectionReason } from '#libs/core';
import { ProblemDto } from './dto/problem-dto.ts';
import { PROBLEMS, problem, type ProblemCode } from './problems.ts';
import { compileValidator } from './schema.ts';

const isProblem = compileValidator(ProblemDto, { unknownFields: 'refuse', refuseCardNumbers: false, allErrors: true });

describe('problems', () => {
  it('have the statuses of the contract, and none of 500', () => {
    const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => `${code} ${status}`);
    expect(statuses).toEqual([
      'malformed 400',
      'unauthorized 401',
      'forbidden 403',
      'not_found 404',
      'identity_conflict 409',
      'oversized 413',
      'unsupported_media_type 415',
      'invalid_transaction 422',
      'invalid_label 422',
      'unsupported_event_type 422',
      'too_late 422',
      'from_the_future 422',
      'too_many_requests 429',
      'unavailable 503',
    ]);
  });

  it('exist for every cause of rejection that HTTP can meet, under the same name', () => {
    const causes: Exclude<RejectionReason, 'wrong_partition' | 'unknown_transaction'>[] = [
      'malformed',
      'oversized',
      'invalid_transaction',
      'invalid_label',
      'unsupported_event_type',
      'too_late',
      'from_the_future',
      'identity_conflict',
    ];
    const codes: ProblemCode[] = causes;
    for (const code of codes) expect(problem(code).status).toBeLessThan(500);
  });

  it.each(Object.keys(PROBLEMS) as ProblemCode[])('%s is a body of RFC 9457 as the contract has it', (code) => {
    const fields = [{ field: 'currency', code: 'format' as const, message: 'Must match ^[A-Z]{3}$.' }];
    for (const body of [
      problem(code),
      problem(code, { detail: 'Try again.', fields }),
      problem(code, { fields: [] }),
    ]) {
      isProblem(body);
      expect(isProblem.errors).toBeNull();
      expect(body).toMatchObject({ type: `urn:holdfast:problem:${code}`, status: PROBLEMS[code].status, code });
    }
    expect(problem(code, { fields: [] })).not.toHaveProperty('fields');
  });
});
