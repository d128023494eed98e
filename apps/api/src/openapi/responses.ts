import { PROBLEM_CONTENT_TYPE, PROBLEMS, type ProblemCode } from '#libs/contracts';
import { problemAnswer, unavailableAnswer } from '../answers.ts';
import { DECISION, DUPLICATE, EXPIRED } from './examples.ts';

/** Where the document keeps its schemas. */
export const SCHEMAS = '#/components/schemas/';

const CACHE_CONTROL = { description: 'Answers are not to be kept.', schema: { const: 'no-store' } };

/** Headers that a problem has beside its body. */
const PROBLEM_HEADERS: Partial<Record<ProblemCode, Record<string, object>>> = {
  unauthorized: {
    'WWW-Authenticate': { required: true, description: 'How to authenticate.', schema: { const: 'Bearer' } },
  },
  unavailable: {
    'Retry-After': {
      required: true,
      description: 'Seconds to wait. The same request may be sent again: its transaction is decided once.',
      schema: { type: 'string', pattern: '^[1-9][0-9]*$' },
    },
  },
};

const EXAMPLES: Partial<Record<ProblemCode, object>> = {
  unavailable: unavailableAnswer('closed').body,
  invalid_label: problemAnswer('invalid_label', {
    fields: [
      { field: 'label', code: 'value', message: 'Must be one of fraud, genuine, approved, declined, challenged.' },
    ],
  }).body,
  invalid_transaction: problemAnswer('invalid_transaction', {
    fields: [{ field: 'currency', code: 'format', message: 'Must match ^[A-Z]{3}$.' }],
  }).body,
};

/** The responses of an operation for the problems that it can answer, by status. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = codes.filter((code) => PROBLEMS[code].status === status);
      return [String(status), problemResponse(status, ofStatus)];
    }),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[]): object {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    headers: { 'Cache-Control': CACHE_CONTROL, ...Object.assign({}, ...codes.map((code) => PROBLEM_HEADERS[code])) },
    content: {
      [PROBLEM_CONTENT_TYPE]: {
        schema: {
          allOf: [
            { $ref: `${SCHEMAS}Problem` },
            { properties: { status: { const: status }, code: { enum: [...codes] } } },
          ],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { value: EXAMPLES[code] ?? problemAnswer(code).body }]),
        ),
      },
    },
  };
}

/** An answer of one schema. */
export function answerResponse(
  description: string,
  { schema, headers, examples }: { schema: string; headers: Record<string, object>; examples: Record<string, object> },
): object {
  return {
    description,
    headers: { 'Cache-Control': CACHE_CONTROL, ...headers },
    content: { 'application/json': { schema: ref(schema), examples } },
  };
}

function ref(schema: string): object {
  return { $ref: SCHEMAS + schema };
}

/** An answer with a decision; `also` is what else it can be. */
export function decisionResponse(
  description: string,
  headers: Record<string, object> = {},
  also: { readonly schema: string; readonly examples: Record<string, object> } | null = null,
): object {
  return {
    description,
    headers: { 'Cache-Control': CACHE_CONTROL, ...headers },
    content: {
      'application/json': {
        schema: { oneOf: ['Decision', 'ExpiredDecision', ...(also === null ? [] : [also.schema])].map(ref) },
        examples: {
          decision: { summary: 'A new decision', value: DECISION },
          duplicate: { summary: 'The same transaction again', value: DUPLICATE },
          expired: { summary: 'Again, when outcome and score are all that is kept', value: EXPIRED },
          ...also?.examples,
        },
      },
    },
  };
}
