import { PROBLEM_CONTENT_TYPE, problem, type Problem, type ProblemCode } from '#libs/contracts';
import type { Answer } from './http-types.ts';

const RETRY_AFTER_SECONDS = '1';

/** What a caller is told when nothing could be decided, by the reason that the core, the batcher or a fault gives. */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  closed: 'The partition of this account is not open at the moment.',
  full: 'Too many decisions wait to be published.',
  conflict: 'The account is being changed by many others at once.',
  expired: 'Not done within the deadline. It may be decided all the same.',
  overloaded: 'Too many requests wait.',
  not_replicated: 'Decided, but no replica has confirmed it within the deadline.',
  no_replica: 'No replica confirms at the moment; nothing was decided.',
  not_published: 'Decided, but not published within the deadline.',
};

/** The answer that a problem makes. */
export function problemAnswer(
  code: ProblemCode,
  more: { readonly detail?: string; readonly fields?: Problem['fields'] } = {},
): Answer {
  const { detail, fields } = more;
  const body = problem(code, {
    ...(detail === undefined ? {} : { detail }),
    ...(fields === undefined ? {} : { fields }),
  });
  return { status: body.status, headers: headersOf(code), body };
}

/** 503: the same request may be sent again, and its transaction is decided once whatever became of this one. */
export function unavailableAnswer(reason: string): Answer {
  const cause = UNAVAILABLE[reason] ?? 'The state cannot be reached at the moment.';
  return problemAnswer('unavailable', { detail: `${cause} Send the same request again.` });
}

function headersOf(code: ProblemCode): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_CONTENT_TYPE };
  if (code === 'unavailable' || code === 'too_many_requests') headers['retry-after'] = RETRY_AFTER_SECONDS;
  if (code === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  return headers;
}
