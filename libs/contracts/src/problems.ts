import type { FieldFault } from './field-fault.ts';

/**
 * Every error that HTTP can answer, by its stable `code`: status and title. Closed: a client may switch over it. Where a record of a topic is
 * refused for the same cause, its rejection has the same name.
 */
export const PROBLEMS = {
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  not_found: { status: 404, title: 'Nothing is known under this name' },
  identity_conflict: { status: 409, title: 'The transaction was decided before with other content' },
  oversized: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  invalid_transaction: { status: 422, title: 'Fields of the transaction are invalid' },
  invalid_label: { status: 422, title: 'Fields of the label are invalid' },
  unsupported_event_type: { status: 422, title: 'This type of event is not known' },
  too_late: { status: 422, title: 'The transaction is older than what the account still accepts' },
  from_the_future: { status: 422, title: 'The transaction is dated after the clock' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'No decision can be made at the moment' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An `application/problem+json` body (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  /** Only of invalid bodies. */
  readonly fields?: readonly FieldFault[];
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** The body of one problem. `detail` speaks to the caller and never repeats the value of a field. */
export function problem(
  code: ProblemCode,
  more: { readonly detail?: string; readonly fields?: readonly FieldFault[] } = {},
): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:holdfast:problem:${code}`,
    title,
    status,
    code,
    ...(more.detail === undefined ? {} : { detail: more.detail }),
    ...(more.fields === undefined || more.fields.length === 0 ? {} : { fields: more.fields }),
  };
}
